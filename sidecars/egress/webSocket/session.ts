import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Finding } from '../../../schemas/protocol/egressLog.ts';
import type { FrameScan } from '../dlp/scanner.ts';
import { scanLimits } from '../dlp/limits.ts';
import { Turns } from '../dlp/run.ts';
import type { Share } from '../heldBodies.ts';
import type { TimeLimits } from '../limits.ts';
import { BodyBlocked } from '../scanStream.ts';
import { FrameError, FrameReader, closing, frame } from './frames.ts';

/** One end of a WebSocket that runs through us. */
export interface End {
  readonly stream: Duplex;
  /** Bytes that came along with the handshake. */
  readonly head: Buffer;
  /** Looks at what comes from this end. */
  readonly scan: FrameScan;
  /** Set where a finding is told and the message passes all the same. */
  readonly found?: (findings: readonly Finding[]) => void;
  /** Applied to what this end gets. */
  readonly clean: (data: Buffer) => Buffer;
  /** Told of bytes from this end before they go on; throws `BodyBlocked` when they may not. */
  readonly charge?: ((bytes: number) => void) | undefined;
  /** Room for messages of this end that are not complete. */
  readonly room?: Share | undefined;
}

/** After a close frame, or when one end is gone, the other gets this long to say goodbye. Milliseconds. */
const FAREWELL_MS = 2_000;

/** Policy violation (RFC 6455 section 7.4.1). */
const VIOLATION = 1008;

/**
 * Carries messages both ways, each looked at whole, until one end closes. Rejects with `BodyBlocked` when one must not
 * pass, with `FrameError` when an end breaks the protocol; both ends are told and closed in any case.
 */
export async function converse(agent: End, upstream: End, counted: (bytes: number, direction: 'up' | 'down') => void, limits: TimeLimits): Promise<void> {
  const streams = [agent.stream, upstream.stream];
  for (const stream of streams) {
    stream.on('error', () => stream.destroy());
    if ('setTimeout' in stream && typeof stream.setTimeout === 'function') stream.setTimeout(limits.silence, () => stream.destroy());
  }
  const up = carry(agent, upstream, true, (bytes) => counted(bytes, 'up'));
  const down = carry(upstream, agent, false, (bytes) => counted(bytes, 'down'));
  const both = Promise.allSettled([up, down]);
  try {
    // After a close frame the other end answers with its own; one that just went away waits for nothing.
    if ((await Promise.race([up, down, gone(agent.stream)])) === 'closed') await Promise.race([Promise.all([up, down]), patience()]);
  } catch (error) {
    const blocked = error instanceof BodyBlocked;
    const goodbye = closing(blocked ? VIOLATION : error instanceof FrameError ? error.status : 1011, blocked ? `egress: ${error.message}` : error instanceof FrameError ? error.message : 'the proxy failed');
    // The upstream learns that it is over, not what was found.
    upstream.stream.write(frame(blocked ? closing(VIOLATION, '') : goodbye, true));
    agent.stream.write(frame(goodbye, false));
    throw error;
  } finally {
    for (const stream of streams) stream.end();
    await Promise.race([both, patience()]);
    for (const stream of streams) stream.destroy();
  }
}

/** An agent that went away: neither direction may tell while the upstream takes nothing and says nothing of use. */
function gone(stream: Duplex): Promise<'gone'> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve('gone');
    else stream.once('close', () => resolve('gone'));
  });
}

/** Registered with IANA beside those of RFC 6455. */
const TRY_AGAIN_LATER = 1013;

async function carry(from: End, to: End, fromClient: boolean, counted: (bytes: number) => void): Promise<'closed' | 'gone'> {
  const reader = new FrameReader(fromClient, scanLimits.message);
  // A chunk may hold thousands of messages, and none of what is awaited for one need take any time.
  const turns = new Turns();
  const take = async (chunk: Buffer): Promise<boolean> => {
    counted(chunk.length);
    for (const message of reader.read(chunk)) {
      await turns.breathe();
      const step = await from.scan.message(message.data);
      if (from.found !== undefined) {
        if (step.findings.length > 0) from.found(step.findings);
      } else if (step.findings.length > 0 || step.refusal !== undefined) throw new BodyBlocked(fromClient ? 'request' : 'answer', step.findings, step.refusal);
      const bytes = frame({ kind: message.kind, data: to.clean(message.data) }, fromClient);
      from.charge?.(bytes.length);
      await send(to.stream, bytes);
      if (message.kind === 'close') return true;
    }
    if (from.room?.resize(reader.held) === false) {
      // Others need not wait for the goodbye.
      from.room.resize(0);
      throw new FrameError(TRY_AGAIN_LATER, 'too many messages wait for their end at once');
    }
    return false;
  };
  if (from.head.length > 0 && (await take(from.head))) return 'closed';
  try {
    for await (const chunk of from.stream.iterator({ destroyOnReturn: false })) if (Buffer.isBuffer(chunk) && (await take(chunk))) return 'closed';
  } catch (error) {
    // An end that vanished is an end; a message that must not pass is not.
    if (error instanceof BodyBlocked || error instanceof FrameError) throw error;
  }
  return 'gone';
}

async function send(stream: Duplex, bytes: Buffer): Promise<void> {
  if (stream.destroyed || stream.write(bytes)) return;
  await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined);
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, FAREWELL_MS).unref());
}
