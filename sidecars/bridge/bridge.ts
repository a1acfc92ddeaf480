import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { once } from 'node:events';
import { pipeToUnixSocket } from './pipe.ts';

/** A loopback port inside the bottle and the unix socket outside it that answers there. */
export interface BridgedPort {
  readonly port: number;
  readonly socketPath: string;
}

/** Agents open many connections at once; the kernel caps this at `net.core.somaxconn`. */
const BACKLOG = 4096;

/** IPv6 may be switched off in the namespace; clients then use IPv4, which is never optional. */
const absentIpv6 = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];

/**
 * Listens on 127.0.0.1 and ::1 of each port and carries every connection to its unix socket. Returns once all ports
 * accept; throws when one cannot be bound. Aborting `signal` closes listeners and connections.
 */
export async function startBridge(ports: readonly BridgedPort[], signal: AbortSignal): Promise<void> {
  const servers: Server[] = [];
  const clients = new Set<Socket>();
  const close = (): void => {
    for (const server of servers) server.close();
    for (const client of clients) client.destroy();
  };
  try {
    for (const bridged of ports) {
      servers.push(await listen('127.0.0.1', bridged, clients));
      const six = await listen('::1', bridged, clients).catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && absentIpv6.includes(String(error.code))) return undefined;
        throw error;
      });
      if (six !== undefined) servers.push(six);
    }
  } catch (error) {
    close();
    throw error;
  }
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
}

async function listen(host: string, bridged: BridgedPort, clients: Set<Socket>): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    pipeToUnixSocket(client, bridged.socketPath);
  });
  server.listen({ host, port: bridged.port, backlog: BACKLOG, ipv6Only: host === '::1' });
  await once(server, 'listening');
  // A failed accept (out of descriptors) concerns one connection, not the listener.
  server.on('error', (error) => process.stderr.write(`bridge: ${error.message}\n`));
  return server;
}
