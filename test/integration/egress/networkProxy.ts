import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A CONNECT and absolute-form proxy as a network may have one: it resolves every name to this machine. */
export interface NetworkProxy {
  readonly port: number;
  readonly asked: { readonly method: string; readonly target: string; readonly raw: readonly string[] }[];
  /** Status it answers a CONNECT with. */
  status: number;
  /** What a CONNECT waits for before it is answered. */
  patience: Promise<void>;
  close(): Promise<void>;
}

export async function startNetworkProxy(): Promise<NetworkProxy> {
  const asked: NetworkProxy['asked'] = [];
  const open = new Set<Socket>();
  const record = (request: IncomingMessage): void => void asked.push({ method: request.method ?? '', target: request.url ?? '', raw: request.rawHeaders });
  const server = createServer((request, response) => {
    record(request);
    response.end('through the proxy');
  });
  server.on('connect', async (request: IncomingMessage, socket: Socket) => {
    record(request);
    socket.on('error', () => undefined);
    await proxy.patience;
    if (proxy.status !== 200) return void socket.end(`HTTP/1.1 ${proxy.status} No\r\nContent-Length: 0\r\n\r\n`);
    const far = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(far).pipe(socket);
    });
    far.on('error', () => socket.destroy());
  });
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: NetworkProxy = {
    port: (server.address() as AddressInfo).port,
    asked,
    status: 200,
    patience: Promise.resolve(),
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
