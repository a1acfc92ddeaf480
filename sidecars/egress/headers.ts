import type { HeaderList } from '../../schemas/policy/policy.ts';
import type { Body } from './framing.ts';

/** Concern one connection (RFC 9110 section 7.6.1), so they never pass; framing is generated anew on the other side. */
const hopByHop = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-authorization',
  'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings', 'content-length',
]);

/** The agent's own word about who it is, or about what the path or method "really" is: an upstream must see ours only. */
const notForUpstream = new Set([
  'host', 'expect', 'authorization', 'x-original-url', 'x-rewrite-url', 'x-http-method', 'x-http-method-override',
  'x-method-override', 'forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-path', 'x-forwarded-port',
  'x-forwarded-prefix', 'x-forwarded-proto', 'x-forwarded-server', 'x-forwarded-uri', 'x-original-host', 'x-host',
]);

/** `Alt-Svc` and its kin would lead clients to another protocol or place, past the proxy. */
const notForAgent = new Set(['alt-svc', 'alternate-protocol', 'public-key-pins']);

export function headerList(raw: readonly string[]): HeaderList {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? ''] as const);
}

function endToEnd(raw: readonly string[]): HeaderList {
  const headers = headerList(raw);
  const named = new Set(headers.filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase())));
  return headers.filter(([name]) => !hopByHop.has(name.toLowerCase()) && !named.has(name.toLowerCase()));
}

/** The agent's headers as far as they may pass: also what rules on headers see, so that the judged is the sent. */
export function passingRequestHeaders(raw: readonly string[]): HeaderList {
  return endToEnd(raw).filter(([name]) => !notForUpstream.has(name.toLowerCase()));
}

export function passingResponseHeaders(raw: readonly string[]): HeaderList {
  return endToEnd(raw).filter(([name]) => !notForAgent.has(name.toLowerCase()));
}

/** The upstream's framing towards the agent: its length when it told one, else Node chunks. */
export function responseLength(raw: readonly string[]): HeaderList {
  return headerList(raw).filter(([name]) => name.toLowerCase() === 'content-length').slice(0, 1);
}

/** Length or coding towards the upstream. A body-less POST says so, because Node would chunk it. */
export function framingHeaders(body: Body, method: string): HeaderList {
  if (body.kind === 'chunked') return [['Transfer-Encoding', 'chunked']];
  if (body.kind === 'length') return [['Content-Length', body.length]];
  return ['POST', 'PUT', 'PATCH'].includes(method) ? [['Content-Length', '0']] : [];
}

/** Back to Node's flat form. */
export function flat(headers: HeaderList): string[] {
  return headers.flat();
}
