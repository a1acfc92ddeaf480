import { authorityKey } from './host.ts';
import type { Authority } from './host.ts';
import { coveringKeys, denyKey, parseHostPattern, patternKeys } from './hostPattern.ts';
import type { Route } from './route.ts';
import type { LogLevel, RoutesFile } from './routesSchema.ts';
import { compileDeny, compileMatch, everything } from './rules.ts';
import type { CompiledMatch } from './rules.ts';

export type { CompiledMatch, HeaderList, Rule } from './rules.ts';

export type Scheme = 'http' | 'https';

export interface CompiledRoute {
  readonly clause: string;
  readonly route: Route;
  /** The place; of a wildcard its host is `*.example.com`, which no request names. */
  readonly authority: Authority;
  readonly wildcard: boolean;
  /** Whether the port was written in the file. */
  readonly portGiven: boolean;
  /** Whether any entry of `matches` looks at paths. */
  readonly restrictsPaths: boolean;
  readonly matches: readonly CompiledMatch[] | undefined;
  /** Entries of which none may fit, here and wherever the route's host covers a place. */
  readonly deny: readonly CompiledMatch[];
  /** `deny: true`: the route is for nothing else. */
  readonly deniesAll: boolean;
}

/** An immutable routes file, indexed. Made once per reload; a request keeps the one it started with. */
export interface Policy {
  readonly file: RoutesFile;
  readonly log: LogLevel;
  readonly routes: readonly CompiledRoute[];
  /** The route for a place, the exact one before a wildcard, or undefined: not listed, or denied as a whole. */
  find(scheme: Scheme, authority: Authority): CompiledRoute | undefined;
  /** Every route whose `deny` holds at a place, over either scheme; the one of the most exact host first. */
  denying(authority: Authority): readonly CompiledRoute[];
}

/**
 * The file must have passed `routesFileSchema`; a rule that does not compile then throws (a bug, not an input). `unseen`
 * is for who cannot see headers and queries: what they are taken to be, so that nothing else would let more or less pass.
 */
export function compilePolicy(file: RoutesFile, unseen?: Unseen): Policy {
  const routes = file.routes.map((route, index) => compileRoute(route, index, unseen));
  const byPlace: Record<Scheme, Map<string, CompiledRoute>> = { http: new Map(), https: new Map() };
  const denials = new Map<string, CompiledRoute>();
  for (const compiled of routes) {
    if (compiled.deny.length > 0) denials.set(denyKey(compiled), compiled);
    if (compiled.deniesAll) continue;
    byPlace.https.set(authorityKey(compiled.authority), compiled);
    if (compiled.route.plaintext !== true) continue;
    byPlace.http.set(authorityKey(compiled.portGiven ? compiled.authority : { ...compiled.authority, port: 80 }), compiled);
  }
  const denying = (authority: Authority): readonly CompiledRoute[] =>
    denials.size === 0 ? [] : coveringKeys(authority).map((key) => denials.get(key)).filter((found) => found !== undefined);
  return {
    file,
    log: file.log,
    routes,
    find: (scheme, authority) => {
      if (denying(authority).some((route) => route.deniesAll)) return undefined;
      return patternKeys(authority).map((key) => byPlace[scheme].get(key)).find((found) => found !== undefined);
    },
    denying,
  };
}

/** The two ends between which every verdict on a request lies whose headers and query nobody knows. */
export type Unseen = 'lets most pass' | 'lets least pass';

function compileRoute(route: Route, index: number, unseen: Unseen | undefined): CompiledRoute {
  const clause = `routes[${index}]`;
  const pattern = parseHostPattern(route.host);
  if (!pattern.ok) throw new TypeError(`${clause}.host: ${pattern.reason}`);
  const [fits, denies] = unseen === undefined ? [] : [unseen === 'lets most pass', unseen === 'lets least pass'];
  const matches = route.matches?.map((match, i) => compileMatch(match, `${clause}.matches[${i}]`, fits));
  const deny = route.deny === true ? [everything(`${clause}.deny`)] : (route.deny ?? []).map((entry, i) => compileDeny(entry, `${clause}.deny[${i}]`, denies));
  const restrictsPaths = matches?.some((match) => match.paths !== undefined) ?? false;
  return { clause, route, ...pattern.value, matches, deny, deniesAll: route.deny === true, restrictsPaths };
}
