import { authorityKey, parseAuthority, urlHost } from './host.ts';
import type { Authority } from './host.ts';
import { asciiHost } from './international.ts';
import { isPublicSuffix } from './publicSuffix.ts';
import { accepted, refused } from './result.ts';
import type { Result } from './result.ts';

/** The place or places a route is for. */
export interface HostPattern {
  /** Canonical. Of a wildcard `host` is `*.example.com`, which no request can name. */
  readonly authority: Authority;
  readonly wildcard: boolean;
  /** Whether the port was written; without one it is 443, and 80 for plain http. */
  readonly portGiven: boolean;
}

/**
 * `host` of a route: `name`, `name:port`, an address, or `*.name`. The `*` stands for exactly one label, as in a
 * certificate (RFC 9525 section 6.3): `*.example.com` is `api.example.com`, neither `example.com` nor
 * `a.b.example.com`. Wider wildcards would let the agent spell data into names that get resolved. International names
 * may be written as letters here; on the wire only their `xn--` form is one.
 */
export function parseHostPattern(text: string): Result<HostPattern> {
  if (text === '*' || /^\*+(:|$)/.test(text)) return refused('"*" is every host; name the hosts');
  const wildcard = text.startsWith('*.');
  const written = wildcard ? text.slice(2) : text;
  if (written.includes('*')) return refused('a wildcard is a single * as the whole first label: *.example.com');
  const ascii = written.startsWith('[') ? accepted(written) : asciiHost(written);
  if (!ascii.ok) return ascii;
  const parsed = parseAuthority(ascii.value, 443);
  if (!parsed.ok) return parsed;
  const portGiven = parseAuthority(ascii.value, undefined).ok;
  if (!wildcard) return accepted({ authority: parsed.value, wildcard, portGiven });
  const { host, kind } = parsed.value;
  if (kind !== 'name') return refused('an address has no names below it; take the "*." away');
  if (isPublicSuffix(host)) return refused(`*.${host} covers hosts of any owner; name the hosts, or put the * below a domain of one owner`);
  return accepted({ authority: { ...parsed.value, host: `*.${host}` }, wildcard, portGiven });
}

/** Keys under which a place may be listed, the most exact first. */
export function patternKeys(authority: Authority): readonly string[] {
  const exact = authorityKey(authority);
  const dot = authority.host.indexOf('.');
  if (authority.kind !== 'name' || dot < 0) return [exact];
  return [exact, authorityKey({ ...authority, host: `*${authority.host.slice(dot)}` })];
}

/** Key under which a deny stands: with its port where one was written, without where it holds at every port. */
export function denyKey({ authority, portGiven }: HostPattern): string {
  return portGiven ? authorityKey(authority) : urlHost(authority);
}

/**
 * Keys under which a deny may cover a place, or all places of a wildcard: itself, and every `*.` above it, however many
 * labels that leaves. An allow of `*.name` is one label deep; a deny widens in doubt.
 */
export function coveringKeys(authority: Authority): readonly string[] {
  const { host, kind } = authority;
  const dots = kind === 'name' ? [...host.matchAll(/\./g)].map(({ index }) => index) : [];
  const hosts = [host, ...dots.map((dot) => `*${host.slice(dot)}`)];
  return [...new Set(hosts)].flatMap((one) => [urlHost({ ...authority, host: one }), authorityKey({ ...authority, host: one })]);
}
