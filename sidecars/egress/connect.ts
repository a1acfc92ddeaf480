import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { decidePlace } from '../../schemas/policy/decide.ts';
import { parseAuthority, parseHost, sameAuthority } from '../../schemas/policy/host.ts';
import type { Authority } from '../../schemas/policy/host.ts';
import type { Result } from '../../schemas/policy/result.ts';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import type { Budgets } from './budget.ts';
import type { DecisionLog } from './decisionLog.ts';
import { denial, sendRawDenial } from './denial.ts';
import type { Denial } from './denial.ts';
import type { Pools } from './dial.ts';
import { checkFraming } from './framing.ts';
import { headerList } from './headers.ts';
import { canariesIn } from './incident.ts';
import type { IncidentSwitch } from './incident.ts';
import type { Live } from './live.ts';
import type { TimeLimits } from './limits.ts';
import { isSidecarHost } from './sidecarHost.ts';
import type { Tunnel, Tunnels } from './tunnels.ts';
import { passUnread } from './unreadTunnel.ts';

/** What a CONNECT is answered with. */
export interface ConnectContext {
  readonly live: Live | undefined;
  readonly tunnels: Tunnels;
  readonly log: DecisionLog;
  readonly incidents: IncidentSwitch;
  readonly budgets: Budgets;
  readonly pools: Pools;
  /** HTTP server that gets the tunnel's inside. */
  readonly inner: Server;
  readonly limits: TimeLimits;
}

/** First byte of every TLS record that can open a connection (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 0x16;

/** Judges the place before anything is minted or dialled, then opens the tunnel. */
export function answerConnect(context: ConnectContext, request: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.on('error', () => socket.destroy());
  const { live } = context;
  if (live === undefined) return sendRawDenial(denial(503, 'starting', 'the proxy is not configured yet', '', 'Try again in a moment.'), socket);
  const authority = parseAuthority(request.url ?? '', undefined);
  const shown = authority.ok ? authority.value : { host: request.url ?? '', port: 0 };
  const { refused, findings } = judgeSafely(context, live, request, authority, shown);
  if (refused !== undefined || !authority.ok) {
    const denied = refused ?? denial(400, 'authority', 'CONNECT to no host', shown.host, 'CONNECT host:port');
    context.log.record(live, { verdict: 'block', method: 'CONNECT', host: shown.host, port: shown.port, path: '', reason: denied.reason, status: denied.status, clause: denied.clause, findings: [...findings] });
    return sendRawDenial(denied, socket);
  }
  const found = live.policy.find('https', authority.value);
  if (found?.route.tls_passthrough === true) return void passUnread(context, live, { found, authority: authority.value, socket, head });
  const tunnel = context.tunnels.add(authority.value, socket);
  socket.setNoDelay(true);
  socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  if (head.length > 0) socket.unshift(head);
  const limit = setTimeout(() => tooSlow(context, live, tunnel), context.limits.handshake);
  socket.once('close', () => clearTimeout(limit));
  socket.once('readable', () => {
    const first: unknown = socket.read(1);
    if (!Buffer.isBuffer(first)) return void socket.destroy();
    socket.unshift(first);
    try {
      if (first[0] === TLS_HANDSHAKE) enterTls(context, live, tunnel, limit);
      else enterPlain(context, live, tunnel, limit);
    } catch {
      refuseInside(context, live, tunnel, 'the proxy failed while opening this tunnel');
    }
  });
}

interface Judgement {
  readonly refused: Denial | undefined;
  readonly findings: readonly Finding[];
}

/** An exception while judging is a refusal. */
function judgeSafely(context: ConnectContext, live: Live, request: IncomingMessage, authority: Result<Authority>, shown: Pick<Authority, 'host' | 'port'>): Judgement {
  try {
    const findings = canariesIn(live.scanner, { host: shown.host, method: 'CONNECT', target: request.url ?? '', headers: headerList(request.rawHeaders) });
    const closed = context.incidents.sighted(findings, { ...shown, method: 'CONNECT' }) ? context.incidents.refusal(shown.host) : undefined;
    const refused = closed ?? (authority.ok ? judge(context, live, request, authority.value) : denial(400, 'authority', `CONNECT to no host and port: ${authority.reason}`, shown.host, 'CONNECT host:port'));
    return { refused, findings };
  } catch {
    return { refused: denial(500, 'internal', 'the proxy failed while judging this request', shown.host, 'Try again.'), findings: [] };
  }
}

function judge(context: ConnectContext, live: Live, request: IncomingMessage, authority: Authority): Denial | undefined {
  const { host } = authority;
  const closed = context.incidents.refusal(host);
  if (closed !== undefined) return closed;
  const framing = checkFraming(request);
  if (!framing.ok) return denial(400, 'framing', framing.reason, host, 'Send a plain CONNECT.');
  if (framing.value.body.kind !== 'none') return denial(400, 'framing', 'a CONNECT has no body', host, 'Send a plain CONNECT.');
  const named = parseAuthority(framing.value.host ?? request.url ?? '', authority.port);
  if (!named.ok || !sameAuthority(named.value, authority)) return denial(400, 'authority', 'CONNECT and its Host header name different places', host, 'Name one host, the same everywhere.');
  if (context.tunnels.full) return denial(503, 'tunnels', 'too many tunnels are open', host, 'Close some connections and try again.');
  if (context.log.mustRefuse(live)) return denial(503, 'log', 'the egress log cannot be written', host, 'Tell the person who started the bottle: the disk may be full.');
  if (isSidecarHost(authority) || live.policy.find('http', authority) !== undefined) return undefined;
  const place = decidePlace(live.policy, 'https', authority);
  return 'verdict' in place ? denial(403, place.clause, place.reason, host, place.hint) : undefined;
}

function enterTls(context: ConnectContext, live: Live, tunnel: Tunnel, limit: NodeJS.Timeout): void {
  const { authority, raw } = tunnel;
  tunnel.scheme = 'https';
  if (live.policy.find('https', authority) === undefined) return refuseInside(context, live, tunnel, 'TLS is spoken where the route allows plain http only');
  const secure = new TLSSocket(raw, {
    isServer: true,
    secureContext: live.leafFor(authority),
    ALPNProtocols: ['http/1.1'],
    SNICallback(name, answer) {
      const asked = parseHost(name);
      if (asked.ok && asked.value.host === authority.host) answer(null);
      else answer(new Error(`the agent asks for ${name} in a tunnel to ${authority.host}`));
    },
  });
  context.tunnels.bind(secure, tunnel);
  secure.once('secure', () => {
    tunnel.established = true;
    clearTimeout(limit);
  });
  // Without a TLS server above it, the socket only tells about broken records; ending it is up to us.
  secure.on('_tlsError', () => {
    if (tunnel.established) secure.destroy();
  });
  // TLS clients do not half-close: an end is an agent that hung up, and its upstream request must not go on.
  secure.once('end', () => secure.destroy());
  context.inner.emit('connection', secure);
}

function enterPlain(context: ConnectContext, live: Live, tunnel: Tunnel, limit: NodeJS.Timeout): void {
  tunnel.scheme = 'http';
  tunnel.established = true;
  if (live.policy.find('http', tunnel.authority) === undefined && !isSidecarHost(tunnel.authority)) {
    return refuseInside(context, live, tunnel, 'no TLS is spoken in a tunnel to an https host');
  }
  clearTimeout(limit);
  context.tunnels.bind(tunnel.raw, tunnel);
  context.inner.emit('connection', tunnel.raw);
}

function refuseInside(context: ConnectContext, live: Live, tunnel: Tunnel, reason: string): void {
  const { host, port } = tunnel.authority;
  context.log.record(live, { verdict: 'block', method: 'CONNECT', host, port, path: '', reason, status: 0 });
  tunnel.raw.destroy();
}

function tooSlow(context: ConnectContext, live: Live, tunnel: Tunnel): void {
  const { host, port } = tunnel.authority;
  context.log.recordHandshakeFailure(live, { verdict: 'block', method: 'CONNECT', host, port, path: '', reason: 'nothing useful came through the tunnel in time', status: 0 });
  tunnel.raw.destroy();
}
