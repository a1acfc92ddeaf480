import type { Socket } from 'node:net';

/** What of a chunk may go on, once it was counted. With `cut` it is the last. */
export interface Passing {
  readonly bytes: Buffer;
  readonly cut?: Error;
}

/** The two sides of a tunnel. */
export interface Sides {
  readonly agent: Socket;
  readonly upstream: Socket;
}

/**
 * Carries bytes both ways as they come, with back-pressure, each direction to its own end. Rejects with one sentence when a
 * side breaks off, and with the error of a cut; both sides are closed in any case, the upstream at the latest
 * `goodbyeMs` after the agent.
 */
export async function carryBytes({ agent, upstream }: Sides, up: (chunk: Buffer) => Passing, down: (chunk: Buffer) => Passing, goodbyeMs: number): Promise<void> {
  for (const socket of [agent, upstream]) socket.on('error', () => socket.destroy());
  try {
    const both = Promise.all([pump(agent, upstream, up, 'the agent hung up'), pump(upstream, agent, down, 'the upstream broke off')]);
    // An upstream that neither reads nor says anything would keep both directions waiting.
    await Promise.race([both, brokenOff(agent)]);
    agent.destroySoon();
    // Its last bytes may still be on their way, however slowly; what does not move at all is given up.
    upstream.setTimeout(goodbyeMs, () => upstream.destroy());
    upstream.destroySoon();
  } catch (error) {
    agent.destroy();
    // What was let through before a cut still arrives, unless the upstream does not want it.
    upstream.destroySoon();
    const patience = setTimeout(() => upstream.destroy(), goodbyeMs).unref();
    upstream.once('close', () => clearTimeout(patience));
    throw error;
  }
}

/** Rejects when the agent's side closes before both directions came to their end. */
function brokenOff(agent: Socket): Promise<never> {
  return new Promise((_resolve, reject) => {
    const closed = (): void => {
      if (!agent.readableEnded || !agent.writableFinished) reject(new Error('the agent hung up'));
    };
    if (agent.destroyed) closed();
    else agent.once('close', closed);
  });
}

async function pump(from: Socket, to: Socket, pass: (chunk: Buffer) => Passing, gone: string): Promise<void> {
  const chunks: AsyncIterator<unknown> = from.iterator({ destroyOnReturn: false });
  for (;;) {
    const next = await chunks.next().catch((): never => {
      throw new Error(gone);
    });
    if (next.done === true) break;
    if (!Buffer.isBuffer(next.value)) continue;
    const { bytes, cut } = pass(next.value);
    await write(to, bytes, from);
    if (cut !== undefined) throw cut;
  }
  to.end();
}

/** A side that is gone is told by its own direction; when `from` is, nothing more comes that would have to wait. */
function write(to: Socket, bytes: Buffer, from: Socket): Promise<void> {
  if (bytes.length === 0 || to.destroyed || to.write(bytes) || from.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const goOn = (): void => {
      to.off('drain', goOn).off('close', goOn);
      from.off('close', goOn);
      resolve();
    };
    to.on('drain', goOn).on('close', goOn);
    from.on('close', goOn);
  });
}
