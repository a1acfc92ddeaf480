import { authorityKey } from './host.ts';
import type { Authority } from './host.ts';
import { parseHostPattern, patternKeys } from './hostPattern.ts';
import { compilePattern } from './pattern.ts';
import { canonicalPath } from './path.ts';
import type { MatchRule, Route } from './route.ts';
import type { LogLevel, RoutesFile } from './routesSchema.ts';

export type Scheme = 'http' | 'https';

/** A rule ready to run; `clause` is its key in the routes file. */
export interface Rule<T> {
  readonly clause: string;
  readonly fits: (subject: T) => boolean;
}

/** Rules of one `matches` entry by dimension; an absent dimension allows everything. */
export interface CompiledMatch {
  readonly clause: string;
  readonly paths: readonly Rule<string>[] | undefined;
  readonly methods: readonly Rule<string>[] | undefined;
  /** The one dimension whose rules must all fit. */
  readonly headers: readonly Rule<HeaderList>[] | undefined;
}

/** Name and value pairs as received, repeated names included. */
export type HeaderList = readonly (readonly [string, string])[];

export interface CompiledRoute {
  readonly clause: string;
  readonly route: Route;
  /** The place; of a wildcard its host is `*.example.com`, which no request names. */
  readonly authority: Authority;
  readonly wildcard: boolean;
  /** Whether the port was written in the file. */
  readonly portGiven: boolean;
  /** Whether any rule looks at paths. */
  readonly restrictsPaths: boolean;
  readonly matches: readonly CompiledMatch[] | undefined;
}

/** An immutable routes file, indexed. Made once per reload; a request keeps the one it started with. */
export interface Policy {
  readonly file: RoutesFile;
  readonly log: LogLevel;
  readonly routes: readonly CompiledRoute[];
  /** The route for a place, the exact one before a wildcard, or undefined: not listed. */
  find(scheme: Scheme, authority: Authority): CompiledRoute | undefined;
}

/** The file must have passed `routesFileSchema`; a rule that does not compile then throws (a bug, not an input). */
export function compilePolicy(file: RoutesFile): Policy {
  const routes = file.routes.map(compileRoute);
  const byPlace: Record<Scheme, Map<string, CompiledRoute>> = { http: new Map(), https: new Map() };
  for (const compiled of routes) {
    byPlace.https.set(authorityKey(compiled.authority), compiled);
    if (compiled.route.plaintext !== true) continue;
    byPlace.http.set(authorityKey(compiled.portGiven ? compiled.authority : { ...compiled.authority, port: 80 }), compiled);
  }
  return {
    file,
    log: file.log,
    routes,
    find: (scheme, authority) => patternKeys(authority).map((key) => byPlace[scheme].get(key)).find((found) => found !== undefined),
  };
}

function compileRoute(route: Route, index: number): CompiledRoute {
  const clause = `routes[${index}]`;
  const pattern = parseHostPattern(route.host);
  if (!pattern.ok) throw new TypeError(`${clause}.host: ${pattern.reason}`);
  const matches = route.matches?.map((match, i) => compileMatch(match, `${clause}.matches[${i}]`));
  const restrictsPaths = matches?.some((match) => match.paths !== undefined) ?? false;
  return { clause, route, ...pattern.value, matches, restrictsPaths };
}

function compileMatch(match: MatchRule, clause: string): CompiledMatch {
  return {
    clause,
    paths: match.paths?.map((rule, i) => ({ clause: `${clause}.paths[${i}]`, fits: pathRule(rule.type ?? 'prefix', rule.value) })),
    methods: match.methods?.map((method, i) => ({
      clause: `${clause}.methods[${i}]`,
      fits: (subject: string) => subject === method.toUpperCase(),
    })),
    headers: match.headers?.map((rule, i) => ({ clause: `${clause}.headers[${i}]`, fits: headerRule(rule) })),
  };
}

function pathRule(type: 'prefix' | 'exact' | 'regex', value: string): (path: string) => boolean {
  if (type === 'regex') return regex(value);
  const canonical = canonicalPath(value);
  const wanted = canonical.ok ? canonical.value.path : value;
  if (type === 'exact') return (path) => path === wanted;
  // By segment: `/api` and `/api/` cover `/api/x`, not `/apix`; only `/api` covers `/api` itself.
  const folder = wanted.endsWith('/') ? wanted : `${wanted}/`;
  return (path) => path === wanted || path.startsWith(folder);
}

/** Every value of a repeated header must fit, else one could be shown to us and another to the upstream. */
function headerRule(rule: NonNullable<MatchRule['headers']>[number]): (headers: HeaderList) => boolean {
  const name = rule.name.toLowerCase();
  const fits = rule.type === 'regex' ? regex(rule.value) : (value: string) => value === rule.value;
  return (headers) => {
    const values = headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
    return values.length > 0 && values.every(fits);
  };
}

function regex(source: string): (text: string) => boolean {
  const compiled = compilePattern(source);
  if (!compiled.ok) throw new TypeError(compiled.reason);
  return (text) => compiled.value.matches(text);
}
