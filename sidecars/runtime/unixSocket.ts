import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { once } from 'node:events';
import type { Server } from 'node:net';

/** Agents open many connections at once; the kernel caps this at `net.core.somaxconn`. */
const BACKLOG = 4096;

/** Listens on a unix socket, replacing a dead one left by an earlier run. Anything but a socket there is an error. */
export async function listenOnSocket(server: Server, path: string, mode: number): Promise<void> {
  const leftover = lstatSync(path, { throwIfNoEntry: false });
  if (leftover !== undefined) {
    if (!leftover.isSocket()) throw new Error(`${path} exists and is not a socket`);
    unlinkSync(path);
  }
  server.listen({ path, backlog: BACKLOG });
  await once(server, 'listening');
  chmodSync(path, mode);
}
