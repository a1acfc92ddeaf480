import { authorityKey } from './host.ts';
import type { Authority } from './host.ts';
import { gitOperation } from './git.ts';
import { readableHost } from './international.ts';
import { foreignCredential } from './inference.ts';
import { isAllowableMethod } from './methods.ts';
import { canonicalPath, hidesSlash } from './path.ts';
import type { Target } from './path.ts';
import type { CompiledMatch, CompiledRoute, HeaderList, Policy, Rule, Scheme } from './policy.ts';
import type { Route } from './route.ts';

/** All that a verdict depends on. */
export interface MatchRequest {
  readonly scheme: Scheme;
  readonly authority: Authority;
  /** Upper case as received; lower-case methods are other methods and fit nothing. */
  readonly method: string;
  /** Origin-form target, query included. */
  readonly path: string;
  readonly headers: HeaderList;
}

export type Verdict =
  | {
      readonly verdict: 'allow';
      /** Key of the first rule in the routes file that let it through. */
      readonly clause: string;
      readonly reason: string;
      readonly route: Route;
      /** What to send, exactly. */
      readonly target: Target;
    }
  | {
      readonly verdict: 'block';
      /** Key in the routes file, or the name of a fixed rule (`path`, `method`, `git`, `plaintext`, `inference`). */
      readonly clause: string;
      /** One sentence without the request's own text beyond host and method. */
      readonly reason: string;
      /** What the agent can do instead. */
      readonly hint: string;
      readonly route?: Route;
    };

type Block = Extract<Verdict, { verdict: 'block' }>;

const ASK = 'Propose a route for it, or do without.';
const DENIED = 'A person denied this in words, so no other rule lets it pass. Do without.';

function block(clause: string, reason: string, hint: string, route?: CompiledRoute): Block {
  return { verdict: 'block', clause, reason, hint, ...(route === undefined ? {} : { route: route.route }) };
}

/** May the agent talk to this place at all? The question of a CONNECT, where no request is known yet. */
export function decidePlace(policy: Policy, scheme: Scheme, authority: Authority): CompiledRoute | Block {
  const denied = policy.denying(authority).find((each) => each.deniesAll);
  if (denied !== undefined) return block(`${denied.clause}.deny`, `${scheme}://${authorityKey(authority)} is denied by the route for ${denied.route.host}`, DENIED, denied);
  const route = policy.find(scheme, authority);
  if (route !== undefined) return route;
  const place = `${scheme}://${authorityKey(authority)}`;
  if (scheme === 'http' && policy.find('https', { ...authority, port: authority.port === 80 ? 443 : authority.port })) {
    return block('plaintext', `${place} is not encrypted; this host is allowed over https only`, 'Use https.');
  }
  const sameHost = policy.routes.find((candidate) => !candidate.deniesAll && (candidate.authority.host === authority.host || policy.find(scheme, { ...authority, port: candidate.authority.port }) === candidate));
  if (sameHost !== undefined) return block('routes', `${place} is not listed; this host is allowed on another port`, ASK);
  return block('routes', `${place} is not listed`, ASK);
}

/** May this request leave? The one place that says so. */
export function decide(policy: Policy, request: MatchRequest): Verdict {
  const found = decidePlace(policy, request.scheme, request.authority);
  if ('verdict' in found) return found;
  if (found.route.tls_passthrough === true) return unread(found, request);
  if (!isAllowableMethod(request.method)) {
    return block('method', `${shownMethod(request.method)} is never allowed`, 'Use another method.', found);
  }
  const target = canonicalPath(request.path);
  if (!target.ok) return block('path', target.reason, 'Send the path in its plain form.', found);
  const denying = policy.denying(request.authority);
  for (const { deny, route } of denying) {
    const by = deny.find((entry) => fits(entry, request, target.value));
    if (by !== undefined) return block(by.clause, `this ${request.method} is denied by the route for ${route.host} (${by.clause})`, DENIED, found);
  }
  const restrictsPaths = found.restrictsPaths || denying.some(({ deny }) => deny.some((entry) => entry.paths !== undefined));
  if (restrictsPaths && found.route.encoded_slash !== true && hidesSlash(target.value.path)) {
    return block(`${found.clause}.encoded_slash`, 'the path has an encoded slash, and this route restricts paths', 'Send the path with plain slashes, or propose encoded_slash on this route.', found);
  }
  const git = gitOperation(target.value);
  if (git === 'push') return block('git', 'git push over https is always blocked', 'Push to the git gate remote.', found);
  if (git === 'fetch' && found.route.git?.fetch !== true) {
    return block(`${found.clause}.git.fetch`, 'git fetch over https is not allowed on this host', 'Fetch from the git gate remote, or propose git.fetch on this route.', found);
  }
  if (request.scheme === 'http' && found.route.auth_scheme !== undefined) {
    return block(`${found.clause}.plaintext`, 'this host gets a credential, which never travels unencrypted', 'Use https.', found);
  }
  const foreign = foreignCredential(request.authority, found.route, request.headers);
  if (foreign !== undefined) {
    return block('inference', `${request.authority.host} takes the bottle's own credential only, and this request brings its own in ${foreign}`, 'Ask for the credential to be put on the route; do not send one.', found);
  }
  const fit = fittingRule(found, request, target.value);
  if (fit === undefined) return block(`${found.clause}.matches`, `no entry of matches fits this ${request.method}`, ASK, found);
  return { verdict: 'allow', clause: fit, reason: `allowed by the route for ${found.route.host} (${fit})`, route: found.route, target: target.value };
}

/** Whatever is asked for inside, nobody will see it; what the request would be is not judged here either. */
function unread({ clause, route }: CompiledRoute, { path }: MatchRequest): Verdict {
  const canonical = canonicalPath(path);
  const target = canonical.ok ? canonical.value : { path, query: '' };
  return { verdict: 'allow', clause, reason: `the route for ${route.host} passes TLS through unread (${clause}.tls_passthrough): nothing inside is seen or judged`, route, target };
}

function shownMethod(method: string): string {
  return /^[A-Za-z-]{1,32}$/.test(method) ? method : 'this method';
}

function fittingRule(found: CompiledRoute, request: MatchRequest, target: Target): string | undefined {
  if (found.matches === undefined) return found.clause;
  return found.matches.find((match) => fits(match, request, target))?.clause;
}

function fits(entry: CompiledMatch, request: MatchRequest, target: Target): boolean {
  return dimensions(entry, request, target).every((each) => each.fit !== undefined);
}

interface Dimension {
  readonly name: 'paths' | 'methods' | 'headers' | 'query';
  /** Clause of the rule that fits, the last one where all must; undefined when none does or one does not. */
  readonly fit: string | undefined;
}

function dimensions(match: CompiledMatch, request: MatchRequest, target: Target): Dimension[] {
  return [
    dimension('paths', match.paths, target.path),
    dimension('methods', match.methods, request.method),
    match.headers === undefined ? undefined : { name: 'headers' as const, fit: match.headers.every((rule) => rule.fits(request.headers)) ? match.headers.at(-1)?.clause : undefined },
    match.query === undefined ? undefined : { name: 'query' as const, fit: match.query.fits(target.query) ? match.query.clause : undefined },
  ].filter((each) => each !== undefined);
}

function dimension<T>(name: Dimension['name'], rules: readonly Rule<T>[] | undefined, subject: T): Dimension | undefined {
  return rules === undefined ? undefined : { name, fit: rules.find((rule) => rule.fits(subject))?.clause };
}

/** What is said of a dimension of `matches` in which a request does not fit. */
const misfits: Readonly<Record<Dimension['name'], string>> = {
  paths: 'has no rule that fits',
  methods: 'has no rule that fits',
  headers: 'has a rule that does not fit',
  query: 'does not fit',
};

/** The same verdict, told step by step for a person: one sentence a line, the decider last. */
export function explain(policy: Policy, request: MatchRequest): readonly string[] {
  const verdict = decide(policy, request);
  const found = policy.find(request.scheme, request.authority);
  const lines: string[] = [];
  if (found !== undefined) lines.push(`${found.clause} is the route of ${readableHost(authorityKey(found.authority))}`);
  const target = canonicalPath(request.path);
  for (const { entry, deniesAll } of policy.denying(request.authority).flatMap(({ deny, deniesAll: all }) => deny.map((each) => ({ entry: each, deniesAll: all })))) {
    const fit = target.ok && fits(entry, request, target.value) ? 'fits' : 'does not fit';
    lines.push(`${entry.clause} ${deniesAll ? 'blocks the whole host' : fit}`);
    if (entry.clause === verdict.clause) break;
  }
  if (found !== undefined && target.ok && !/\.deny\b/.test(verdict.clause)) {
    for (const match of found.matches ?? []) {
      for (const each of dimensions(match, request, target.value)) {
        lines.push(each.fit === undefined ? `${match.clause}.${each.name} ${misfits[each.name]}` : `${each.fit} fits`);
      }
      if (match.clause === verdict.clause) break;
    }
  }
  return [...lines, `${verdict.verdict} (${verdict.clause}): ${verdict.reason}`];
}
