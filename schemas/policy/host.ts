import { formatIpv6, parseIpv4, parseIpv6 } from './ip.ts';
import { isPlainLabel } from './international.ts';
import { accepted, refused } from './result.ts';
import type { Result } from './result.ts';

/** Where a request goes, in the one spelling that matching, certificates, SNI, dialling and the log share. */
export interface Authority {
  /** Lower-case name without trailing dot, dotted-decimal IPv4, or RFC 5952 IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly kind: 'name' | 'ipv4' | 'ipv6';
}

type Host = Pick<Authority, 'host' | 'kind'>;

/**
 * Canonical host. Refused rather than folded: anything the WHATWG URL parser would turn into something else (odd IPv4
 * spellings, full-width letters, percent escapes, soft hyphens), because then two readers could disagree about it.
 */
export function parseHost(text: string): Result<Host> {
  if (text.startsWith('[') && text.endsWith(']')) {
    const bytes = parseIpv6(text.slice(1, -1));
    return bytes === undefined ? refused('not an IPv6 address') : accepted({ host: formatIpv6(bytes), kind: 'ipv6' });
  }
  if (/[^\x21-\x7e]/.test(text)) return refused('a host is written in ASCII; an international name in its xn-- form');
  const name = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase();
  if (name === '') return refused('the host is empty');
  if (parseIpv4(name) !== undefined) return text.endsWith('.') ? refused('an IPv4 address has no trailing dot') : accepted({ host: name, kind: 'ipv4' });
  if (name.length > 253) return refused('a host name has at most 253 characters');
  const labels = name.split('.');
  if (!labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) {
    return refused('a host name is letters, digits, hyphens and single dots');
  }
  if (!labels.every(isPlainLabel)) return refused('an xn-- label does not stand for an international name');
  if (/^([0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) return refused('a number is not a host; write IPv4 as four decimal numbers');
  return accepted({ host: name, kind: 'name' });
}

/** `host`, `host:port`, `[v6]`, `[v6]:port`. Without a default the port is required. */
export function parseAuthority(text: string, defaultPort: number | undefined): Result<Authority> {
  const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/s.exec(text);
  if (parts === null) return refused('expected host or host:port');
  const host = parseHost(parts[1] ?? '');
  if (!host.ok) return host;
  const portText = parts[2];
  if (portText === undefined) {
    return defaultPort === undefined ? refused('the port is missing') : accepted({ ...host.value, port: defaultPort });
  }
  if (!/^[1-9][0-9]{0,4}$/.test(portText) || Number(portText) > 65535) return refused('a port is a number from 1 to 65535');
  return accepted({ ...host.value, port: Number(portText) });
}

/** The host as it stands in a URL or Host header: IPv6 in brackets. */
export function urlHost(authority: Host): string {
  return authority.kind === 'ipv6' ? `[${authority.host}]` : authority.host;
}

/** `host:port`, unique for one place; the key of routes, pools and certificates. */
export function authorityKey(authority: Authority): string {
  return `${urlHost(authority)}:${authority.port}`;
}

export function sameAuthority(a: Authority, b: Authority): boolean {
  return a.host === b.host && a.port === b.port;
}
