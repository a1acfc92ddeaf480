import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ListenOptions } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Something of the host's that answers, and counts who came. */
export interface Listener {
  readonly port: number;
  /** Connections accepted, or datagrams received, so far. */
  heard(): number;
  close(): void;
}

/** Accepts, counts and hangs up. */
export async function listenStream(where: ListenOptions): Promise<Listener> {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.on('error', () => undefined);
    socket.resume();
    socket.end('HTTP/1.0 200 OK\r\n\r\nhello from the host\n');
  });
  server.listen(where);
  await once(server, 'listening');
  const address = server.address();
  return { port: address === null || typeof address === 'string' ? 0 : address.port, heard: () => count, close: () => void server.close() };
}

export async function listenDatagram(type: 'udp4' | 'udp6', where: { readonly address: string; readonly port?: number }): Promise<Listener> {
  let count = 0;
  const socket = createSocket({ type, ipv6Only: type === 'udp6' });
  socket.on('message', () => count++);
  socket.bind(where.port ?? 0, where.address);
  await once(socket, 'listening');
  return { port: socket.address().port, heard: () => count, close: () => void socket.close() };
}

/** Every address this machine answers on, link-local ones with their zone as the bottle would have to name it. */
export function hostAddresses(family: 'IPv4' | 'IPv6'): string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((address) => address.family === family)
      .map(({ address }) => (address.startsWith('fe80:') ? `${address}%${name}` : address)),
  );
}
