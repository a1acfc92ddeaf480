import { lenientHeaderName } from '../../schemas/policy/lenient.ts';
import type { HeaderList } from '../../schemas/policy/policy.ts';
import { accepted, refused } from '../../schemas/policy/result.ts';
import type { Result } from '../../schemas/policy/result.ts';
import type { AuthScheme, Route } from '../../schemas/policy/route.ts';

/** The parts of a request that may carry a credential. */
export interface Carrier {
  readonly headers: HeaderList;
  /** With its `?`; empty when there is none. */
  readonly query: string;
}

/** Headers by which vendors take credentials: on a route with one of ours, the agent's own never pass. */
const credentialHeaders = new Set([
  'authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'x-auth-token', 'private-token', 'job-token',
]);

/** Values fit for a header line, by slot. A trailing line end (from a file) is trimmed; any other oddity is refused. */
export function cleanCredentials(values: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(values).map(([slot, value]) => {
      const token = value.trim();
      if (!/^[\x21-\x7e]*$/.test(token)) throw new Error(`the credential in ${slot} has characters that no header carries`);
      return [slot, token];
    }),
  );
}

/** The route's credential as it travels: `header` a line, or `parameter` a pair of the query. */
type Written = { readonly header: readonly [string, string] } | { readonly parameter: readonly [string, string] };

function written(scheme: AuthScheme, token: string): Result<Written> {
  switch (scheme) {
    case 'Bearer':
    case 'token':
      return accepted({ header: ['Authorization', `${scheme} ${token}`] });
    case 'Basic':
      if (!token.includes(':')) return refused('of this route is not user:password, as Basic needs it');
      return accepted({ header: ['Authorization', `Basic ${Buffer.from(token).toString('base64')}`] });
    case 'x-api-key':
      return accepted({ header: ['x-api-key', token] });
    default:
      return accepted({ parameter: [scheme.slice('query:'.length), token] });
  }
}

/**
 * The request with the route's credential in place of whatever the agent put there; unchanged on routes without one.
 * Refused when the slot is empty: the agent's own never fills in.
 */
export function withCredential(route: Route, carrier: Carrier, credentials: ReadonlyMap<string, string>): Result<Carrier & { readonly injected: boolean }> {
  if (route.auth_scheme === undefined || route.token_env === undefined) return accepted({ ...carrier, injected: false });
  const token = credentials.get(route.token_env);
  if (token === undefined || token === '') return refused(`the credential ${route.token_env} of this route has no value`);
  const made = written(route.auth_scheme, token);
  if (!made.ok) return refused(`the credential ${route.token_env} ${made.reason}`);
  const headers = carrier.headers.filter(([name]) => !credentialHeaders.has(lenientHeaderName(name)));
  if ('header' in made.value) return accepted({ headers: [...headers, made.value.header], query: carrier.query, injected: true });
  return accepted({ headers, query: withParameter(carrier.query, ...made.value.parameter), injected: true });
}

/** Every spelling of the parameter goes, `;` counting as a separator because some servers take it for one. */
function withParameter(query: string, name: string, value: string): string {
  const kept = query.replace(/^\?/, '').split('&').flatMap((piece) => {
    const parts = piece.split(';').filter((part) => spelled(part) !== name.toLowerCase());
    return parts.length === 0 || piece === '' ? [] : [parts.join(';')];
  });
  return `?${[...kept, `${name}=${encodeURIComponent(value)}`].join('&')}`;
}

/** The name of one `name=value`, decoded as often as a lenient server might, in lower case. */
function spelled(pair: string): string {
  const name = (pair.split('=')[0] ?? '').replaceAll('+', ' ');
  const once = decoded(name);
  return decoded(once).trim().toLowerCase();
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** A stand-in for a credential, and the hosts whose routes put the real one in. */
export interface Placeholder {
  readonly name: string;
  readonly value: string;
  readonly home: readonly string[];
}

/**
 * The stand-in of another host in this request's headers or query, if there is one: the agent is trying a credential
 * where it does not belong. At home it is replaced like anything else the agent sends.
 */
export function strayPlaceholder(host: string, rawHeaders: readonly string[], query: string, placeholders: readonly Placeholder[]): Placeholder | undefined {
  return placeholders.find(({ value, home }) => {
    if (home.includes(host)) return false;
    const spellings = [value, encodeURIComponent(value)];
    return [...rawHeaders, ...basicParts(rawHeaders), query].some((text) => spellings.some((one) => text.includes(one)));
  });
}

/** What `Basic` headers say when decoded. */
function basicParts(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((value) => {
    const coded = /^basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(value)?.[1];
    return coded === undefined ? [] : [Buffer.from(coded, 'base64').toString('latin1')];
  });
}
