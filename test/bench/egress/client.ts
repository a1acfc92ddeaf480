import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';

/** How to reach the upstream: through a proxy on a port or a unix socket, or straight. */
export interface Way {
  readonly proxy: { readonly port: number } | { readonly path: string } | null;
  readonly upstreamPort: number;
}

/** One kept-alive connection. Requests go one after another, over bare sockets so that the client costs little. */
export interface Connection {
  /** Sends a request and resolves with its whole answer's milliseconds, those to the first body byte, and its bytes. */
  request(head: string, body?: Buffer | AsyncIterable<Buffer>): Promise<{ readonly ms: number; readonly firstMs: number; readonly bytes: number }>;
  close(): void;
}

export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nAuthorization: Bearer placeholder\r\nAccept: */*\r\n`;
export const post = (path: string, bytes: number): string => `POST ${path} HTTP/1.1\r\nAuthorization: Bearer placeholder\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n`;

export async function open({ proxy, upstreamPort }: Way): Promise<Connection> {
  const raw = proxy === null ? connect(upstreamPort, '127.0.0.1') : 'path' in proxy ? connect(proxy.path) : connect(proxy.port, '127.0.0.1');
  raw.setNoDelay(true);
  await once(raw, 'connect');
  if (proxy !== null) await tunnel(raw, upstreamPort);
  // What clients make of our certificates is shown elsewhere; here they would only cost the client time.
  const socket = tlsConnect({ socket: raw, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
  await once(socket, 'secureConnect');
  return overTls(socket, upstreamPort);
}

async function tunnel(raw: Socket, upstreamPort: number): Promise<void> {
  const place = `127.0.0.1:${upstreamPort}`;
  raw.write(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n\r\n`);
  const [answer] = (await once(raw, 'data')) as [Buffer];
  if (!/^HTTP\/1\.1 200 /.test(answer.toString('latin1'))) throw new Error(`the proxy refused: ${answer.toString('latin1')}`);
}

interface Expected {
  readonly resolve: (value: { ms: number; firstMs: number; bytes: number }) => void;
  readonly reject: (error: Error) => void;
  readonly began: number;
}

function overTls(socket: TLSSocket, upstreamPort: number): Connection {
  let waiting: Expected | undefined;
  let head: string | undefined;
  let pending = Buffer.alloc(0);
  let [bytes, left, chunked, firstMs] = [0, 0, false, 0];
  const finish = (): void => {
    const done = waiting;
    waiting = undefined;
    head = undefined;
    pending = Buffer.alloc(0);
    done?.resolve({ ms: performance.now() - done.began, firstMs, bytes });
  };
  socket.on('data', (data: Buffer) => {
    let chunk = data;
    if (head === undefined) {
      pending = Buffer.concat([pending, data]);
      const end = pending.indexOf('\r\n\r\n');
      if (end < 0 || waiting === undefined) return;
      head = pending.subarray(0, end).toString('latin1');
      if (!/^HTTP\/1\.1 200 /.test(head)) return waiting.reject(new Error(head));
      chunk = pending.subarray(end + 4);
      chunked = /\r\ntransfer-encoding: chunked/i.test(head);
      left = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
      [bytes, firstMs] = [0, 0];
      pending = Buffer.alloc(0);
    }
    if (chunk.length > 0 && firstMs === 0 && waiting !== undefined) firstMs = performance.now() - waiting.began;
    bytes += chunk.length;
    if (chunked) {
      pending = Buffer.concat([pending, chunk]).subarray(-7);
      if (pending.toString('latin1').endsWith('\r\n0\r\n\r\n') || pending.toString('latin1') === '0\r\n\r\n') finish();
    } else if (bytes >= left) finish();
  });
  const fail = (error?: Error): void => waiting?.reject(error ?? new Error('the connection closed early'));
  socket.on('error', fail);
  socket.on('close', () => fail());
  return {
    request: (text, body) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject, began: performance.now() };
        socket.write(`${text}Host: 127.0.0.1:${upstreamPort}\r\n\r\n`);
        if (Buffer.isBuffer(body)) socket.write(body);
        else if (body !== undefined) pour(socket, body).catch(reject);
      }),
    close: () => socket.destroy(),
  };
}

async function pour(socket: TLSSocket, body: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of body) if (!socket.write(chunk)) await once(socket, 'drain');
}
