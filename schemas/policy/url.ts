import { parseAuthority } from './host.ts';
import type { Authority } from './host.ts';
import { asciiHost } from './international.ts';
import type { Scheme } from './policy.ts';
import { accepted, refused } from './result.ts';
import type { Result } from './result.ts';

export interface ParsedUrl {
  readonly scheme: Scheme;
  readonly authority: Authority;
  /** Origin form: path and query, `/` when the URL has none. */
  readonly path: string;
}

const defaultPorts: Record<Scheme, number> = { http: 80, https: 443 };

/** An `http:` or `https:` URL taken apart without folding anything: what is odd is refused, not repaired. */
export function parseUrl(text: string): Result<ParsedUrl> {
  const parts = /^(https?):\/\/([^/?#]*)([/?#].*)?$/is.exec(text);
  if (parts === null) return refused('expected http://host/path or https://host/path');
  const scheme: Scheme = parts[1]?.toLowerCase() === 'http' ? 'http' : 'https';
  const authority = parseAuthority(parts[2] ?? '', defaultPorts[scheme]);
  if (!authority.ok) return authority;
  const rest = parts[3] ?? '/';
  return accepted({ scheme, authority: authority.value, path: rest.startsWith('/') ? rest : `/${rest}` });
}

/** As `parseUrl`, for an address that a person typed: international letters in the host become their `xn--` form. */
export function parseTypedUrl(text: string): Result<ParsedUrl> {
  const parts = /^(https?:\/\/)([^/?#:]*)(.*)$/is.exec(text);
  const host = asciiHost(parts?.[2] ?? '');
  if (!host.ok) return host;
  return parseUrl(parts === null ? text : `${parts[1] ?? ''}${host.value}${parts[3] ?? ''}`);
}
