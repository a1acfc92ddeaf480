import type { Socket } from 'node:net';

/** What of a chunk may go on, once it was counted. With `cut` it is the last. */
export interface Passing {
  readonly bytes: Buffer;
  readonly cut?: Error;
}

/**
 * Carries bytes both ways as they come, with back-pressure, each direction to its own end. Rejects with one sentence when a
 * side breaks off, and with the error of a cut; both sides are closed in any case.
 */
export async function carryBytes(agent: Socket, upstream: Socket, up: (chunk: Buffer) => Passing, down: (chunk: Buffer) => Passing): Promise<void> {
  for (const socket of [agent, upstream]) socket.on('error', () => socket.destroy());
  try {
    await Promise.all([pump(agent, upstream, up, 'the agent hung up'), pump(upstream, agent, down, 'the upstream broke off')]);
    agent.destroySoon();
    upstream.destroySoon();
  } catch (error) {
    agent.destroy();
    // What was let through before a cut still arrives.
    upstream.destroySoon();
    throw error;
  }
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
    await write(to, bytes);
    if (cut !== undefined) throw cut;
  }
  to.end();
}

/** A side that is gone is told by its own direction. */
function write(to: Socket, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || to.destroyed || to.write(bytes)) return Promise.resolve();
  return new Promise((resolve) => {
    const goOn = (): void => {
      to.off('drain', goOn).off('close', goOn);
      resolve();
    };
    to.on('drain', goOn).on('close', goOn);
  });
}
