import { decide, explain } from '../../../schemas/policy/decide.ts';
import type { MatchRequest } from '../../../schemas/policy/decide.ts';
import { parseAuthority, parseHost, urlHost } from '../../../schemas/policy/host.ts';
import { parseHostPattern } from '../../../schemas/policy/hostPattern.ts';
import { compilePolicy } from '../../../schemas/policy/policy.ts';
import type { MatchRule, Route } from '../../../schemas/policy/route.ts';
import { parseRoutesFile, printRoutesFile, routesFileProblems } from '../../../schemas/policy/routesFile.ts';
import type { RoutesFile } from '../../../schemas/policy/routesFile.ts';
import { parseUrl } from '../../../schemas/policy/url.ts';
import { type Random, random } from '../../support/random.ts';
import { objection } from './policyOracle.ts';

/** What came out of a run; it throws on the first input that the oracle objects to. */
export interface PolicyFuzz {
  readonly allowed: number;
  readonly blocked: number;
  readonly filesTaken: number;
  readonly filesRefused: number;
  readonly hostsTaken: number;
}

const names = ['a.test', 'b.a.test', 'c.b.a.test', 'allow.test', 'xn--bcher-kva.example', 'bücher.example', '*.a.test', '*.allow.test', '*.b.a.test', '127.0.0.1', '[::1]', '8.8.8.8', 'localhost', 'A.Test', 'x_y.test'] as const;
const ports = ['', '', '', '', ':443', ':8443', ':80'] as const;
const pathPieces = ['a', 'b', 'api', 'v1', 'x', '@s', '.well-known', '...', 'r.git', 'info', 'refs', 'git-receive-pack', 'git-upload-pack', ''] as const;
const oddPieces = ['.', '..', '%2e', '%2E%2e', '%252e', '%252e%252e', '%2f', '%2F..', '%5c', '\\', ';x', '..;', '..;a=b', '%00', '%0a', '%c0%ae', '%61', '%', '%zz', '%25', '%2561', '#', ' ', 'ä', '\t', '//', '.%00.', '%uff0e', '~', '%7e', '%e2%80%ae', 'A', '?', '%3Fx', '%23', '%253f', 'a.', '.;x', '%20', ';%2Fx', ';x%2Fa'] as const;
const expressions = ['.*', '/api/[^/]+', '/a(/b)*', '/[a-z]+/v1/.*', '(/x|/api/v1)', '/@s/.+'] as const;
const methods = ['GET', 'GET', 'GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'get', 'TRACE', 'CONNECT', 'FOO', 'PROPFIND', '', 'GET\r\n', 'M-SEARCH'] as const;
const parameters = ['a', 'b', 'c'] as const;
const queries = ['?a=1', '?b=1&a=1', '?a=x+y', '?a=x%20y&b', '?a=1&a=1', '?a=1&b=1&c=1', '?b', '?d=1', '?a=2'] as const;
const oddQueries = ['?a=1;b=1', '?%61=1', '?a=1&%61=1', '?a=%31', '?a=%2531', '?a=%zz', '?a=%', '?a=%c0%ae', '?a=%ff', '?a=1&', '?&', '?A=1', '?a[]=1', '?+a=1', '?a==1', '?%3bx', '?a=1&a=2', '??a=1', '?a=%00', '?a=1%2500', '?[a]=1', '?]a=1', '?a]=1', '?a%00x=1', '?a%2500x=1', '?a[x=1', '?a=x%2By', '?a=x%0Ay'] as const;
const oddHosts = ['a.test.', 'a.test..', '.a.test', 'A.TEST', 'a.test.evil.test', 'xa.test', 'a.test%2eevil.test', 'a.test@evil.test', 'evil.test#a.test', '2130706433', '0x7f.1', '017700000001', '127.1', '127.0.0.1.', '①②⑦.⓪.⓪.①', 'ａ.test', 'a\u00adb.test', '[::ffff:127.0.0.1]', '[::1%25lo]', '[::1', '::1', 'a.test:443x', 'a.test:0443', 'a.test:', 'a..test', '*.a.test', 'q.a.test', 'q.q.a.test', 'xn--', 'xn--a', 'xn--abc-.test', 'evil.test', '\u202ea.test', 'a。test', '0', '1.2.3.4.5', '[1:2:3]', '256.1.1.1', 'a_b.a.test', '-a.test', '%61.test'] as const;
const letters = ['a', 'b', 'A', '.', '.', '-', '_', '0', '1', '7', 'x', ':', '[', ']', '%', '@', '/', '*', 'ü', '。', 'xn--', 'test', '\u00ad', ' ', '#'] as const;
const scraps = ['host', ': ', '- ', '\n', '  ', '"', '[', ']', '{', '}', '*', '&a ', '*a', '!!js', '#', '|', 'routes:', 'matches', 'null', '0', '2', 'true', '\t', '\u0000', '%', '---', '...', '<<: ', 'ü', '../', 'token_env', '\\', '?'] as const;

/** Throws hosts, requests and routes files at the policy. `count` inputs in all; the same seed makes the same ones. */
export function fuzzPolicy(seed: number, count: number): PolicyFuzz {
  const roll = random(seed);
  const seen = { allowed: 0, blocked: 0, filesTaken: 0, filesRefused: 0, hostsTaken: 0 };
  for (let done = 0; done < count; ) {
    const file = randomFile(roll);
    const problems = routesFileProblems(file);
    checkFile(roll, printRoutesFile(file), seen, problems.length === 0 ? file : undefined);
    done += 2;
    for (let i = 0; i < 20; i++, done++) checkHost(randomText(roll, letters, 12), seen);
    if (problems.length > 0) continue;
    const policy = compilePolicy(file);
    for (let i = 0; i < 100; i++, done++) checkRequest(policy, file.routes, randomRequest(roll, file.routes), seen);
  }
  return seen;
}

type Seen = { -readonly [K in keyof PolicyFuzz]: PolicyFuzz[K] };

function checkRequest(policy: ReturnType<typeof compilePolicy>, routes: readonly Route[], asked: { readonly url: string; readonly plain: boolean; readonly method: string; readonly headers: MatchRequest['headers'] }, seen: Seen): void {
  const { url, method, headers, plain } = asked;
  const parsed = parseUrl(url);
  if (!parsed.ok) {
    seen.blocked++;
    return;
  }
  const request: MatchRequest = { ...parsed.value, method, headers };
  const verdict = decide(policy, request);
  if (!explain(policy, request).at(-1)?.startsWith(verdict.verdict)) throw failure('explain says otherwise', asked, routes);
  const { authority, scheme } = request;
  const place = `${scheme}://${urlHost(authority)}:${authority.port}`;
  if (verdict.verdict === 'block') {
    seen.blocked++;
    if (plain && objection({ routes, request, url: `${place}${request.path}` }) === undefined) throw failure(`a plain request is blocked: ${verdict.clause}: ${verdict.reason}`, asked, routes);
    return;
  }
  seen.allowed++;
  const because = objection({ routes, request, url: `${place}${verdict.target.path}${verdict.target.query}` });
  if (because !== undefined) throw failure(because, asked, routes);
  const typed = new URL(url);
  if (typed.hostname.replace(/\.$/, '') !== urlHost(authority)) throw failure(`another reader of the URL goes to ${typed.hostname}`, asked, routes);
}

function checkHost(text: string, seen: Seen): void {
  parseHostPattern(text);
  parseAuthority(text, 443);
  const ours = parseHost(text);
  if (!ours.ok) return;
  seen.hostsTaken++;
  if (!URL.canParse(`https://${text}/`)) {
    // The platform knows more about international names; whether it takes one does not change where it goes.
    if (ours.value.host.includes('xn--')) return;
    throw failure('another reader takes this for no host', text, []);
  }
  const theirs = new URL(`https://${text}/`).hostname.replace(/\.$/, '');
  if (theirs !== urlHost(ours.value)) throw failure(`another reader goes to ${theirs}`, text, []);
}

function checkFile(roll: Random, text: string, seen: Seen, whole: RoutesFile | undefined): void {
  if (whole !== undefined) {
    const again = parseRoutesFile(text);
    if (!again.ok || sorted(again.value) !== sorted(whole)) throw failure('print and read are not inverse', text, whole.routes);
  }
  const parsed = parseRoutesFile(mutated(roll, text));
  if (!parsed.ok) {
    seen.filesRefused++;
    if (parsed.errors.length === 0 || parsed.errors.some(({ line, column, message }) => line < 1 || column < 1 || message === '')) throw failure('a mistake without place or words', text, []);
    return;
  }
  seen.filesTaken++;
  const again = parseRoutesFile(printRoutesFile(parsed.value));
  if (!again.ok || sorted(again.value) !== sorted(parsed.value)) throw failure('print and read are not inverse', text, parsed.value.routes);
  compilePolicy(parsed.value);
}

/** As JSON, keys in order, so that two spellings of one value are equal. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}

function failure(what: string, input: unknown, routes: readonly Route[]): Error {
  return new Error(`${what}\ninput: ${JSON.stringify(input)}\nroutes: ${JSON.stringify(routes)}`);
}

/** Routes that may be wrong as a whole: the same host twice, a credential for a wildcard. */
export function randomFile(roll: Random): RoutesFile {
  const routes = Array.from({ length: roll.below(5) }, (_, index) => randomRoute(roll, index));
  return { log: roll.pick([0, 1, 2]), routes };
}

function randomRoute(roll: Random, index: number): Route {
  const host = `${roll.pick(names)}${roll.pick(ports)}`;
  if (roll.one(12)) return { host, deny: true };
  return {
    host,
    ...(roll.one(3) ? { deny: Array.from({ length: 1 + roll.below(2) }, () => randomEntry(roll, randomQuery(roll, 1))) } : {}),
    ...(roll.one(4) && !host.startsWith('*') ? { auth_scheme: roll.pick(['Bearer', 'token', 'Basic', 'x-api-key', 'query:key']), token_env: `SLOT_${index}` } : {}),
    ...(roll.one(3) ? {} : { matches: Array.from({ length: 1 + roll.below(2) }, () => randomEntry(roll, randomQuery(roll, 0))) }),
    ...(roll.one(3) ? { git: { fetch: roll.one(2) } } : {}),
    ...(roll.one(5) ? { dlp: { outbound_detectors: false, inbound_detectors: [] } } : {}),
    ...(roll.one(3) ? { plaintext: roll.one(2) } : {}),
    ...(roll.one(4) ? { encoded_slash: true } : {}),
    ...(roll.one(4) ? { private_addresses: true } : {}),
  };
}

/** Parameters with one rule each, `least` at the least. */
function randomQuery(roll: Random, least: number): NonNullable<MatchRule['query']> {
  return parameters.slice(0, least + roll.below(3)).map((name) => ({ name, ...(roll.one(2) ? { value: roll.pick(['1', 'x y', '']) } : {}) }));
}

function randomEntry(roll: Random, query: NonNullable<MatchRule['query']>): MatchRule {
  const match = {
    ...(roll.one(3) ? {} : { paths: Array.from({ length: 1 + roll.below(2) }, () => randomRule(roll)) }),
    ...(roll.one(2) ? { methods: [roll.pick(['GET', 'post', 'HEAD'])] } : {}),
    ...(roll.one(5) ? { headers: [{ name: 'X-Team', value: 'red' }] } : {}),
    ...(roll.one(3) ? { query } : {}),
  };
  return Object.keys(match).length === 0 ? { methods: ['GET'] } : match;
}

function randomRule(roll: Random): { type?: 'prefix' | 'exact' | 'regex'; value: string } {
  if (roll.one(4)) return { type: 'regex', value: roll.pick(expressions) };
  const value = `/${Array.from({ length: roll.below(3) }, () => roll.pick(['a', 'b', 'api', 'v1', '%61', '@s', '%7E'])).join('/')}${roll.one(3) ? '/' : ''}`.replace(/^\/\//, '/');
  return roll.one(2) ? { value } : { type: roll.pick(['prefix', 'exact']), value };
}

function randomRequest(roll: Random, routes: readonly Route[]): Parameters<typeof checkRequest>[2] {
  const odd = roll.one(2);
  const listed = routes.length > 0 ? (routes[roll.below(routes.length)]?.host ?? 'a.test') : 'a.test';
  const host = odd && roll.one(3) ? `${roll.pick(oddHosts)}${roll.pick(ports)}` : listed.replace('*', roll.pick(['q', 'b'])).replace('bücher', 'xn--bcher-kva');
  const rule = routes.flatMap((route) => [...(route.matches ?? []), ...(route.deny === true ? [] : (route.deny ?? []))]).flatMap((match) => match.paths ?? []).filter(({ type }) => type !== 'regex');
  const listedPath = rule.length > 0 && roll.one(2) ? (rule[roll.below(rule.length)]?.value ?? '/') : '/';
  const start = odd && roll.one(3) ? respelled(roll, listedPath) : listedPath;
  const pieces = Array.from({ length: roll.below(4) }, () => (odd && roll.one(3) ? roll.pick(oddPieces) : roll.pick(pathPieces)));
  const path = `${start}${start.endsWith('/') || pieces.length === 0 ? '' : roll.one(8) ? '' : '/'}${pieces.join('/')}`.replace(/^\/\/+/, odd ? '//' : '/');
  const query = roll.pick(['', '', '', '?', '?service=git-receive-pack', '?service=git-upload-pack', '?x&service=git%2dreceive-pack', '?a=/../b', roll.pick(odd ? oddQueries : queries), roll.pick(odd ? oddQueries : queries), roll.pick(queries)]);
  const scheme = roll.one(5) ? 'http' : 'https';
  const headers = roll.pick<MatchRequest['headers']>([[], [], [['x-team', 'red']], [['X-TEAM', 'red'], ['x-team', 'blue']], [['x-team', 'red, red']]]);
  return { url: `${scheme}://${host}${path}${query}`, plain: !odd, method: roll.pick(odd ? methods : ['GET', 'POST', 'HEAD']), headers };
}

/** A path as some servers take it for the same one. */
function respelled(roll: Random, path: string): string {
  return roll.pick([path.toUpperCase(), path.replace(/(?<=\/[^/]+)(?=\/|$)/, ';v'), path.replace(/\/(?=.)/g, '//').slice(1), path.replaceAll('a', '%2561'), `${path}/`, path.replace(/(?<=\/[^/]+)(?=\/|$)/, '.'), path.replace(/(?<=\/[^/]+)(?=\/|$)/, ';%2Fx'), `${path}%3Fx`, `${path}%2523`]);
}

function randomText(roll: Random, from: readonly [string, ...string[]], most: number): string {
  return roll.one(6) ? roll.pick(oddHosts) : Array.from({ length: 1 + roll.below(most) }, () => roll.pick(from)).join('');
}

function mutated(roll: Random, text: string): string {
  let result = text;
  for (let i = roll.one(2) ? 0 : roll.below(4); i >= 0; i--) {
    const at = roll.below(result.length + 1);
    const cut = roll.one(2) ? roll.below(6) : 0;
    result = result.slice(0, at) + (roll.one(3) ? '' : roll.pick(scraps)) + result.slice(at + cut);
  }
  return result;
}
