import type { MatchRequest } from '../../../schemas/policy/decide.ts';
import type { MatchRule, Route } from '../../../schemas/policy/route.ts';

/** A request as the proxy would send it on, and the routes it was held against. */
export interface Sent {
  readonly routes: readonly Route[];
  readonly request: MatchRequest;
  /** `scheme://host:port/path?query`, every part as sent. */
  readonly url: string;
}

const unsafeMethods = /^(?:TRACE|TRACK|CONNECT)$/;

/**
 * Why a request that passed should not have; undefined when it may. Another reader than the product's: the platform's own
 * URL parser for what was sent, plain string comparison for the rules, nothing shared but the data.
 */
export function objection({ routes, request, url }: Sent): string | undefined {
  const { scheme, authority, method, headers } = request;
  const read = new URL(url);
  const sentHost = url.slice(scheme.length + 3).replace(/[/?].*$/s, '').replace(/:\d+$/, '');
  if (read.hostname !== sentHost) return `another reader goes to ${read.hostname}`;
  const sentPath = url.slice(url.indexOf('/', scheme.length + 3)).replace(/\?.*$/s, '');
  if (read.pathname !== sentPath) return `another reader asks for ${read.pathname}`;
  if (read.hash !== '' || read.username !== '') return 'it has a fragment or a user';
  const deep = decodedFully(sentPath);
  if (/[\x00-\x1f\x7f]/.test(deep)) return 'a control character is hidden in it';
  if (deep.split(/[/\\]/).some((segment) => /^\.\.?(?:;|$)/.test(segment))) return 'a dot segment is hidden in it';
  const place = `${read.hostname}:${authority.port}`;
  const fitting = routes.filter((route) => places(route, scheme).includes(place));
  const wide = routes.filter((route) => places(route, scheme).includes(`*.${place.slice(place.indexOf('.') + 1)}`));
  const route = fitting[0] ?? (place.startsWith('[') ? undefined : wide[0]);
  if (route === undefined) return `no route is for ${place}`;
  const above = routes.filter((each) => each.deny !== undefined && coversByDeny(each, read.hostname, authority.port));
  if (above.some(({ deny }) => deny === true)) return 'the host is denied';
  const holes = above.flatMap(({ deny }) => (deny === true ? [] : (deny ?? [])));
  if (holes.some((entry) => isDenied(entry, method, sentPath, headers, read.search))) return 'an entry of deny fits';
  if (scheme === 'http' && route.auth_scheme !== undefined) return 'a credential would travel unencrypted';
  if (unsafeMethods.test(method) || !/^[A-Z-]+$/.test(method)) return 'nobody gets this method';
  const wishes = placesOf(sentPath).map((place) => gitWish(`/${place.join('/')}`, decodedFully(read.search)));
  if (wishes.includes('push')) return 'it is a git push';
  if (wishes.includes('fetch') && route.git?.fetch !== true) return 'it is a git fetch';
  const restricts = [...(route.matches ?? []), ...holes].some((entry) => entry.paths !== undefined);
  if (restricts && route.encoded_slash !== true && (deep.match(/[/\\]/g) ?? []).length > (sentPath.match(/\//g) ?? []).length) return 'a slash is hidden in it';
  if (route.matches === undefined) return undefined;
  const fits = route.matches.some(
    (match) =>
      (match.paths?.some((rule) => pathFits(rule.type ?? 'prefix', rule.value, sentPath)) ?? true) &&
      (match.methods?.some((name) => name.toUpperCase() === method) ?? true) &&
      (match.headers?.every((rule) => headerFits(rule.name, rule.value, headers)) ?? true) &&
      (match.query === undefined || queryFits(match.query, read.search)),
  );
  return fits ? undefined : 'no entry of matches fits';
}

/** Places of a route as `host:port`, hosts as the platform's URL parser reads them. */
function places(route: Route, scheme: 'http' | 'https'): string[] {
  if (scheme === 'http' && route.plaintext !== true) return [];
  const star = route.host.startsWith('*.') ? '*.' : '';
  const written = /:(\d+)$/.exec(route.host)?.[1];
  const bare = route.host.slice(star.length).replace(/:\d+$/, '');
  const host = new URL(`https://${bare}/`).hostname.replace(/\.$/, '');
  return [`${star}${host}:${written ?? (scheme === 'http' ? 80 : 443)}`];
}

function pathFits(type: 'prefix' | 'exact' | 'regex', value: string, path: string): boolean {
  if (type === 'regex') return new RegExp(`^(?:${value})$`).test(path);
  const [rule, asked] = [decodedOnce(value), decodedOnce(path)];
  if (type === 'exact') return rule.join('/') === asked.join('/');
  const wanted = rule.at(-1) === '' ? rule.slice(0, -1) : rule;
  if (asked.length < rule.length) return false;
  return wanted.every((segment, index) => asked[index] === segment);
}

function headerFits(name: string, value: string, headers: MatchRequest['headers']): boolean {
  const values = headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, each]) => each);
  return values.length > 0 && values.every((each) => each === value);
}

/** Whether a deny of this route stands above a place: by string, from the end of the name. */
function coversByDeny(route: Route, host: string, port: number): boolean {
  const [, star = '', bare = '', , written] = /^(\*\.)?(\[[^\]]*\]|[^:]*)(:(\d+))?$/.exec(route.host) ?? [];
  if (written !== undefined && Number(written) !== port) return false;
  const name = new URL(`https://${bare}/`).hostname.replace(/\.$/, '');
  return star === '' ? host === name : host.endsWith(`.${name}`);
}

/** Segments of every escape undone, no case, every separator a separator. */
function segments(text: string): string[] {
  return decodedFully(text).toLowerCase().split(/[/\\]+/).map((segment) => segment.split(';')[0] ?? '').filter((segment) => segment !== '');
}

/** The same, also with path parameters cut before anything is decoded, and up to a decoded `?` or `#`, where dots and spaces end no name. */
function placesOf(sent: string): string[][] {
  const early = decodedFully(sent.split('/').map((segment) => segment.split(';')[0] ?? '').join('/'));
  const cut = (text: string): string[] => segments(text.split(/[?#]/)[0] ?? '').map(trimmedEnd).filter((segment) => segment !== '');
  return [decodedFully(sent), early].flatMap((text) => [segments(text), cut(text)]);
}

/** The widest reading there is. */
function isDenied(entry: MatchRule, method: string, sent: string, headers: MatchRequest['headers'], search: string): boolean {
  const deep = decodedFully(sent);
  const places = placesOf(sent);
  const path = (rule: NonNullable<MatchRule['paths']>[number]): boolean => {
    if (rule.type === 'regex') return [deep, ...places.flatMap((asked) => [`/${asked.join('/')}`, `/${asked.join('/')}/`])].some((text) => new RegExp(`^(?:${rule.value})$`, 'is').test(text));
    const wanted = segments(rule.value);
    return places.some((asked) => wanted.every((segment, index) => asked[index] === segment) && (rule.type !== 'exact' || wanted.length === asked.length));
  };
  const header = (name: string, value: string): boolean => headers.some(([key, text]) => key.toLowerCase() === name.toLowerCase() && text.toLowerCase().split(/[,;]/).some((part) => part.trim() === value.toLowerCase()));
  return (
    (entry.paths?.some(path) ?? true) &&
    (entry.methods?.some((name) => name.toUpperCase() === method) ?? true) &&
    (entry.headers?.every(({ name, value }) => header(name, value)) ?? true) &&
    (entry.query?.some((rule) => queryDenied(rule.name, rule.value, search)) ?? true)
  );
}

function queryDenied(name: string, value: string | undefined, search: string): boolean {
  if (unclear(search)) return true;
  const plain = (text: string): string => decodedFully(text).replaceAll('+', ' ').trim().toLowerCase();
  const pairs = [...new URLSearchParams(search)];
  if (pairs.some(([key]) => /[\x00-\x1f]/.test(decodedFully(key)))) return true;
  return pairs.some(([key, text]) => isNamed(plain(key), name) && (value === undefined || decodedFully(text).includes('\0') || plain(text) === value));
}

/** Rack drops brackets around a name, PHP takes the first one for `_` where it is not closed, and both cut at a pair. */
function isNamed(key: string, name: string): boolean {
  const inner = key.replace(/^[\][]+/, '');
  return [key, inner.split(/[\][]/)[0], inner.replace('[', '_')].includes(name);
}

function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && '. '.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** By the platform's own reader: exactly these parameters, and no other way to read them. */
function queryFits(rules: NonNullable<MatchRule['query']>, search: string): boolean {
  const pairs = [...new URLSearchParams(search)];
  if (unclear(search) || pairs.length !== search.replace(/^\?/, '').split('&').length - Number(search.length < 2)) return false;
  return (
    pairs.every(([key, text]) => rules.some(({ name, value }) => name === key && (value === undefined || value === text))) &&
    rules.every(({ name, value }) => value === undefined || pairs.some(([key]) => key === name))
  );
}

/** U+FFFD stands where the platform found no UTF-8; a spelling is another one when its name has an escape the other has not. */
function unclear(search: string): boolean {
  const raw = search.slice(1).split('&').map((piece) => piece.replace(/=.*$/s, ''));
  const names = new Set([...new URLSearchParams(search)].map(([key]) => key));
  const ended = [...new URLSearchParams(search)].some(([key, text]) => /[\x00-\x1f]/.test(key) || text.includes('\0'));
  return ended || /;|%(?![0-9a-f]{2})/i.test(search) || new URLSearchParams(search).toString().includes('%EF%BF%BD') || new Set(raw.filter((name) => name !== '')).size > [...names].filter((name) => name !== '').length;
}

function gitWish(path: string, search: string): 'push' | 'fetch' | undefined {
  if (path.endsWith('/git-receive-pack')) return 'push';
  if (path.endsWith('/git-upload-pack')) return 'fetch';
  if (!path.endsWith('/info/refs')) return undefined;
  return /(?:^|[?&;])service=git-receive-pack(?:[&;]|$)/.test(search) ? 'push' : 'fetch';
}

function decodedOnce(path: string): string[] {
  return path.split('/').map(bytes);
}

function decodedFully(text: string): string {
  for (let before = text; ; ) {
    const after = bytes(before);
    if (after === before) return after;
    before = after;
  }
}

function bytes(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
