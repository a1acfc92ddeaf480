import { lenientHeaderName } from './lenient.ts';

/** Concern one connection (RFC 9110 section 7.6.1), so they never pass; framing is generated anew on the other side. */
export const hopByHopHeaders: readonly string[] = [
  'connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-authorization',
  'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings', 'content-length',
];

/** The agent's own word about who it is, or about what the path or method "really" is: an upstream must see ours only. */
export const headersNotForUpstream: readonly string[] = [
  'host', 'expect', 'authorization', 'x-original-url', 'x-rewrite-url', 'x-http-method', 'x-http-method-override',
  'x-method-override', 'forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-path', 'x-forwarded-port',
  'x-forwarded-prefix', 'x-forwarded-proto', 'x-forwarded-server', 'x-forwarded-uri', 'x-original-host', 'x-host',
];

/** Whether a header is taken off before rules are asked, so that no rule on it can ever fit; `_` in it is `-`, as gateways read it. */
export function isStrippedHeader(name: string): boolean {
  const read = lenientHeaderName(name);
  return hopByHopHeaders.includes(read) || headersNotForUpstream.includes(read);
}
