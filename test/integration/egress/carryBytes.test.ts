import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { carryBytes } from '../../../sidecars/egress/carryBytes.ts';
import type { Passing } from '../../../sidecars/egress/carryBytes.ts';

/** Both ends of one connection. */
async function pair(): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  const [far] = (await once(server, 'connection')) as [Socket];
  server.close();
  for (const socket of [near, far]) socket.on('error', () => undefined);
  return { near, far };
}

const all = (bytes: Buffer): Passing => ({ bytes });

test('an upstream that takes nothing is let go when the agent is gone', async () => {
  const [agent, upstream] = [await pair(), await pair()];
  const carried = carryBytes({ agent: agent.far, upstream: upstream.near }, all, all, 50);
  agent.near.write(Buffer.alloc(16 * 1024 * 1024));
  await expect.poll(() => upstream.near.writableNeedDrain).toBe(true);
  agent.far.destroy();
  await expect(carried).rejects.toThrow('the agent hung up');
  await expect.poll(() => upstream.near.destroyed).toBe(true);
  for (const socket of [agent.near, upstream.far]) socket.destroy();
});

test('an upstream that says nothing is let go when the agent said its last and is gone', async () => {
  const [agent, upstream] = [await pair(), await pair()];
  const carried = carryBytes({ agent: agent.far, upstream: upstream.near }, all, all, 50);
  agent.near.end('the last');
  upstream.far.resume();
  await once(upstream.far, 'end');
  agent.far.destroy();
  await expect(carried).rejects.toThrow('the agent hung up');
  await expect.poll(() => upstream.near.destroyed).toBe(true);
  for (const socket of [agent.near, upstream.far]) socket.destroy();
});
