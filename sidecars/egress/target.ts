import { parseAuthority, sameAuthority, urlHost } from '../../schemas/policy/host.ts';
import type { Authority } from '../../schemas/policy/host.ts';
import type { Scheme } from '../../schemas/policy/policy.ts';
import { accepted, refused } from '../../schemas/policy/result.ts';
import type { Result } from '../../schemas/policy/result.ts';
import { parseUrl } from '../../schemas/policy/url.ts';
import type { Entrance } from './exchange.ts';

export interface OriginTarget {
  readonly scheme: Scheme;
  readonly authority: Authority;
  /** Origin form, unjudged. */
  readonly path: string;
}

/** Where a request wants to go. Tunnel, target and Host must all name the same place. */
export function originTarget(entrance: Entrance, target: string, hostHeader: string | undefined): Result<OriginTarget> {
  const named = entrance === 'proxy' ? absolute(target) : inTunnel(entrance, target);
  if (!named.ok) return named;
  if (hostHeader === undefined) return named;
  const { scheme, authority } = named.value;
  const host = parseAuthority(hostHeader, scheme === 'https' ? 443 : 80);
  if (!host.ok) return refused(`the Host header is not a host: ${host.reason}`);
  if (!sameAuthority(host.value, authority)) return refused(`the Host header names ${urlHost(host.value)}:${host.value.port}, not ${urlHost(authority)}:${authority.port}`);
  return named;
}

function absolute(target: string): Result<OriginTarget> {
  if (!/^[a-z]+:\/\//i.test(target)) return refused('a proxy request has an absolute http:// target');
  const url = parseUrl(target);
  if (!url.ok) return url;
  return url.value.scheme === 'https' ? refused('https goes through CONNECT') : accepted(url.value);
}

function inTunnel(tunnel: Exclude<Entrance, 'proxy'>, target: string): Result<OriginTarget> {
  if (target.startsWith('/')) return accepted({ ...tunnel, path: target });
  const url = parseUrl(target);
  if (!url.ok) return refused('a request target starts with /');
  if (url.value.scheme !== tunnel.scheme || !sameAuthority(url.value.authority, tunnel.authority)) {
    return refused('the request target names another place than its tunnel');
  }
  return url;
}
