import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import { leafMinter } from '../../../sidecars/egress/leaf.ts';

/** A real HTTPS (or HTTP) server that counts every byte that reaches it, handshakes included. */
export interface Upstream {
  readonly port: number;
  readonly caPem: string;
  /** Bytes received on all connections so far. */
  bytes(): number;
  connections(): number;
  /** Requests in order of arrival. */
  readonly requests: Seen[];
  handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** For requests that want to leave HTTP; without one they are ordinary requests. */
  upgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  /** Live connections. */
  readonly sockets: Set<Socket>;
  close(): Promise<void>;
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly raw: readonly string[];
  body: string;
}

export const answerOk = (_request: IncomingMessage, response: ServerResponse): void => void response.end('ok');

/** `host` is the name in its certificate; undefined serves plain HTTP. */
export async function startUpstream(host: string | undefined): Promise<Upstream> {
  const ca = createAuthority(`upstream ${host ?? ''}`);
  const context = host === undefined ? undefined : leafMinter(ca)({ host, port: 443, kind: 'name' });
  const sockets = new Set<Socket>();
  let finished = 0;
  let connections = 0;
  const requests: Seen[] = [];
  const http: Server = createHttpServer((request, response) => {
    const seen: Seen = { method: request.method ?? '', url: request.url ?? '', raw: request.rawHeaders, body: '' };
    requests.push(seen);
    request.on('data', (chunk: Buffer) => {
      if (seen.body.length < 1e6) seen.body += chunk.toString();
    });
    request.on('error', () => undefined);
    upstream.handler(request, response);
  });
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    if (upstream.upgrade === undefined) socket.destroy();
    else upstream.upgrade(request, socket, head);
  });
  http.on('clientError', (_error, socket) => socket.destroy());
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      finished += socket.bytesRead;
      sockets.delete(socket);
    });
    if (context === undefined) return void http.emit('connection', socket);
    const secure = new TLSSocket(socket, { isServer: true, secureContext: context });
    secure.on('error', () => undefined);
    http.emit('connection', secure);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upstream: Upstream = {
    port: (server.address() as AddressInfo).port,
    caPem: ca.certPem,
    bytes: () => finished + [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0),
    connections: () => connections,
    requests,
    handler: answerOk,
    upgrade: undefined,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return upstream;
}

/** Values of one header, by raw list. */
export function rawValues(raw: readonly string[], name: string): string[] {
  return raw.filter((_, i) => i % 2 === 1 && raw[i - 1]?.toLowerCase() === name);
}
