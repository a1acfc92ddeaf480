import type { Socket } from 'node:net';
import type { Authority } from '../../schemas/policy/host.ts';
import type { CompiledRoute } from '../../schemas/policy/policy.ts';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import { BudgetSpent } from './budget.ts';
import type { Meter } from './budget.ts';
import { carryBytes } from './carryBytes.ts';
import type { Passing } from './carryBytes.ts';
import type { ConnectContext } from './connect.ts';
import type { Decision } from './decisionLog.ts';
import { sendRawDenial } from './denial.ts';
import type { Denial } from './denial.ts';
import { failureOf } from './failure.ts';
import type { Live } from './live.ts';
import { judgeOpening, readOpening } from './opening.ts';

/** A CONNECT whose route has `tls_passthrough`, its place judged and not answered yet. */
export interface UnreadConnect {
  readonly found: CompiledRoute;
  readonly authority: Authority;
  readonly socket: Socket;
  /** What came behind the CONNECT. */
  readonly head: Buffer;
}

/** A fatal TLS alert, access_denied (RFC 8446 section 6): all that a TLS client can be told before its handshake. */
const accessDenied = Buffer.from([0x15, 3, 3, 0, 2, 2, 49]);

/** First byte of a TLS handshake record. */
const TLS_HANDSHAKE = 0x16;

/** The tunnel must not be; undefined when there is nobody to tell why. */
class TunnelRefused extends Error {
  override readonly name = 'TunnelRefused';
  readonly denial: Denial | undefined;
  readonly findings: readonly Finding[];

  constructor(denied: Denial | undefined, findings: readonly Finding[] = []) {
    super(denied?.reason ?? 'nothing useful came through the tunnel in time');
    this.denial = denied;
    this.findings = findings;
  }
}

/** How far a tunnel came, and the bytes it carried. */
interface Progress {
  stage: 'asked' | 'answered' | 'tls' | 'carrying';
  up: number;
  down: number;
  /** It ended because neither side said anything. */
  silent: boolean;
}

/**
 * Answers a CONNECT and carries its bytes both ways without opening them. Judged is what can be: the addresses, the name in
 * the ClientHello, the budget; nothing is dialled before. One line on record, at the end. Never rejects.
 */
export async function passUnread(context: ConnectContext, live: Live, connect: UnreadConnect): Promise<void> {
  const began = performance.now();
  const { authority: { host, port }, found, socket } = connect;
  const tunnel = context.tunnels.add(connect.authority, socket, found.route);
  context.tunnels.requestBegan(tunnel);
  const progress: Progress = { stage: 'asked', up: 0, down: 0, silent: false };
  const decided = (decision: Pick<Decision, 'verdict' | 'reason' | 'status'> & Partial<Decision>): Decision => ({
    ...{ method: 'CONNECT', host, port, path: '', clause: found.clause, ms: performance.now() - began, bytesUp: progress.up, bytesDown: progress.down },
    ...decision,
  });
  const passed = `passed through unread by the route for ${found.route.host} (${found.clause}): nothing inside was seen or scanned`;
  try {
    await carry(context, live, connect, progress);
    context.log.record(live, decided({ verdict: 'allow', reason: passed, status: 200 }));
  } catch (error) {
    const refused = error instanceof TunnelRefused ? error : undefined;
    if (refused !== undefined && refused.denial === undefined) {
      return context.log.recordHandshakeFailure(live, decided({ verdict: 'block', reason: refused.message, status: 0 }));
    }
    const denied = refused?.denial ?? failureOf(error instanceof Error ? error : new Error('the proxy failed'), host, false);
    const carrying = progress.stage === 'carrying';
    // As for a request: what was allowed and then failed was allowed.
    const broke = denied.clause === 'upstream';
    const why = tunnel.withdrawn ? 'what allowed it was taken away' : progress.silent ? 'neither side said anything for too long' : denied.reason;
    context.log.record(live, decided({
      verdict: broke ? 'allow' : 'block',
      reason: broke && carrying ? `${passed}; ${why}` : why,
      status: carrying ? 200 : progress.stage === 'asked' ? denied.status : 0,
      ...(broke ? {} : { clause: denied.clause }),
      findings: [...(refused?.findings ?? [])],
    }));
    leave(socket, progress, denied);
  }
}

/** Tells the agent in the words of whatever it speaks at this point. */
function leave(socket: Socket, { stage }: Progress, denied: Denial): void {
  if (stage === 'carrying') return void socket.destroy();
  if (stage !== 'tls') return sendRawDenial(denied, socket);
  socket.end(accessDenied);
  socket.destroySoon();
}

async function carry(context: ConnectContext, live: Live, { found, authority, socket, head }: UnreadConnect, progress: Progress): Promise<void> {
  const { limits, incidents } = context;
  const { host, port } = authority;
  const meter = context.budgets.meterOf(found.route, found.clause);
  if (meter?.room === 0) throw new TunnelRefused(meter.refusal(1));
  const dial = await within(limits.connect, context.pools.unreadWayTo(live, authority, found.route), () => undefined);
  refuseAfterIncident(context, host);
  progress.stage = 'answered';
  socket.setNoDelay(true);
  socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  if (head.length > 0) socket.unshift(head);
  const opening = await readOpening(socket, limits.handshake);
  if (opening === undefined) throw new TunnelRefused(undefined);
  if (opening.bytes[0] === TLS_HANDSHAKE) progress.stage = 'tls';
  const judged = judgeOpening(live.scanner, authority, opening);
  if (judged !== undefined) {
    const sighted = incidents.sighted(judged.findings, { host, port, method: 'CONNECT' });
    throw new TunnelRefused((sighted ? incidents.refusal(host) : undefined) ?? judged.denied, judged.findings);
  }
  refuseAfterIncident(context, host);
  meter?.take(opening.bytes.length);
  const upstream = await whileWanted(socket, (signal) => within(limits.connect, dial(signal), (late) => late.destroy()));
  progress.stage = 'carrying';
  progress.up += opening.bytes.length;
  upstream.write(opening.bytes);
  socket.setTimeout(limits.silence, () => {
    progress.silent = true;
    socket.destroy();
  });
  const up = (chunk: Buffer): Passing => {
    const passing = fitting(meter, chunk);
    progress.up += passing.bytes.length;
    return passing;
  };
  const down = (bytes: Buffer): Passing => {
    progress.down += bytes.length;
    return { bytes };
  };
  await carryBytes({ agent: socket, upstream }, up, down, limits.goodbye);
}

function refuseAfterIncident({ incidents }: ConnectContext, host: string): void {
  const closed = incidents.refusal(host);
  if (closed !== undefined) throw new TunnelRefused(closed);
}

/** What of a chunk the budget has room for. */
function fitting(meter: Meter | undefined, bytes: Buffer): Passing {
  if (meter === undefined) return { bytes };
  const room = Math.min(meter.room, bytes.length);
  meter.take(room);
  return room === bytes.length ? { bytes } : { bytes: bytes.subarray(0, room), cut: new BudgetSpent(meter.refusal(1)) };
}

/** Work that ends with the agent's connection, and of which nothing goes on after its end. */
async function whileWanted(agent: Socket, work: (signal: AbortSignal) => Promise<Socket>): Promise<Socket> {
  const wanted = new AbortController();
  const unwanted = (): void => wanted.abort();
  agent.once('close', unwanted);
  try {
    const upstream = await work(wanted.signal);
    if (agent.destroyed) upstream.destroy();
    return upstream;
  } catch (error) {
    wanted.abort();
    throw agent.destroyed ? new Error('the agent hung up') : error;
  } finally {
    agent.off('close', unwanted);
  }
}

/** Rejects when the time is over; `tooLate` gets what comes all the same. */
function within<T>(limitMs: number, work: Promise<T>, tooLate: (value: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      reject(Object.assign(new Error('the upstream cannot be connected'), { code: 'ETIMEDOUT' }));
      work.then(tooLate, () => undefined);
    }, limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}
