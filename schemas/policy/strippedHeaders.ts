import { lenientHeaderName } from './lenient.ts';

/** Concern one connection (RFC 9110 section 7.6.1), so they never pass; framing is generated anew on the other side. */
export const hopByHopHeaders: readonly string[] = [
  'connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-authorization',
  'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings', 'content-length',
];

/** The agent's own word about who it is, or about what the path or method "really" is: an upstream must see ours only. */
const headersNotForUpstream: readonly string[] = [
  'host', 'expect', 'authorization', 'x-original-url', 'x-rewrite-url', 'x-http-method', 'x-http-method-override',
  'x-method-override', 'forwarded', 'x-original-host', 'x-original-uri', 'x-rewrite-uri', 'x-host', 'x-real-ip',
  'x-client-ip', 'true-client-ip',
];

/** Gateways make up new ones of this family as they please. */
const FORWARDED = 'x-forwarded-';

/** Whether a header, in its lenient spelling, is the agent's own word about itself or its request. */
export const isNotForUpstream = (read: string): boolean => read.startsWith(FORWARDED) || headersNotForUpstream.includes(read);

/** Whether a header is taken off before rules are asked, so that no rule on it can ever fit; `_` in it is `-`, as gateways read it. */
export function isStrippedHeader(name: string): boolean {
  const read = lenientHeaderName(name);
  return hopByHopHeaders.includes(read) || isNotForUpstream(read);
}
