import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import { routesFileSchema } from '../../../schemas/policy/routesFile.ts';
import { liveFrom } from '../../../sidecars/egress/live.ts';
import { Proxy } from '../../../sidecars/egress/proxy.ts';
import { LineLog } from '../../../sidecars/runtime/lineLog.ts';
import { allowedRequests } from './framingOracle.ts';
import type { Allowed } from './framingOracle.ts';
import { chance } from '../../support/random.ts';

/** What a run of the fuzzer came to. */
export interface FuzzReport {
  readonly inputs: number;
  /** Requests that arrived upstream. */
  readonly passed: number;
  /** Inputs after which something arrived that the oracle denies, that was not closed in time, or that broke the proxy. */
  readonly failures: readonly string[];
}

const pieces = [
  '\r\n', '\n', '\r', ' ', '\t', '\0', ':', ';', ',', '\x0b', '\x7f', '\xff', '0', '1', '5\r\n', 'a', '%2e', '..', '#', '\\', '//', '?',
  'Content-Length: 4\r\n', 'Content-Length: 0\r\n', 'content-length: +4\r\n', 'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: identity\r\n', 'transfer-encoding : chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n', 'Host: evil.test\r\n', 'Connection: close\r\n', 'Connection: host\r\n', 'Expect: 100-continue\r\n', 'Upgrade: h2c\r\nConnection: Upgrade\r\n', 'Upgrade: websocket\r\n',
  ' HTTP/1.0', ' HTTP/0.9', ' HTTP/1.2', 'GET /smuggled HTTP/1.1\r\n', '0\r\n\r\n', '\r\n\r\n', 'X: y\r\n z\r\n', 'Trailer: x\r\n', 'TRACE', 'CONNECT', 'http://evil.test/', 'HTTP/1.1',
];

const templates: readonly ((host: string) => string)[] = [
  (host) => `GET /a?b=c HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  (host) => `GET /old HTTP/1.0\r\nHost: ${host}\r\nConnection: keep-alive\r\n\r\n`,
  (host) => `POST /len HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 11\r\nX-A: b\r\n\r\nhello world`,
  (host) => `POST /chunks HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n`,
  (host) => `PUT /trailers HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n`,
  (host) => `GET http://${host}/absolute HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  (host) => `DELETE /%61/b HTTP/1.1\r\nHost: ${host.toUpperCase()}\r\nContent-Length: 0\r\n\r\n`,
];

function makeInput(random: () => number, host: string): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let text = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(templates)(host)).join('');
  for (let left = Math.floor(random() * 4); left > 0; left--) {
    const at = Math.floor(random() * (text.length + 1));
    const gone = random() < 0.4 ? Math.floor(random() * 6) : 0;
    const put = random() < 0.15 ? String.fromCharCode(Math.floor(random() * 256)) : random() < 0.85 ? pick(pieces) : '';
    // At the beginning of a line a whole header is one; anywhere else it is junk in a value.
    const line = text.indexOf('\r\n', at);
    const place = put.endsWith('\r\n') && line >= 0 && random() < 0.7 ? line + 2 : at;
    text = text.slice(0, place) + put + text.slice(place + gone);
  }
  return text;
}

/** Long enough for any honest ending on a busy machine. Milliseconds. */
const HANG_MS = 20_000;

interface Lane {
  readonly host: string;
  readonly seen: (Allowed & { readonly whole: boolean })[];
  close(): void;
}

async function openLane(): Promise<Lane> {
  const seen: Lane['seen'] = [];
  const server = createServer({ requireHostHeader: true }, (request, response) => {
    const chunks: Buffer[] = [];
    const note = (whole: boolean): void => void seen.push({ method: request.method ?? '', target: request.url ?? '', body: Buffer.concat(chunks).toString('latin1'), whole });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      note(true);
      response.end('ok');
    });
    request.on('close', () => {
      if (!request.complete) note(false);
    });
    request.on('error', () => undefined);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code?.startsWith('HPE_') === true) seen.push({ method: 'UNREADABLE', target: error.message, body: '', whole: false });
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `lane.test:${(server.address() as AddressInfo).port}`,
    seen,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Sends one input through a tunnel of its own; resolves when the proxy has closed it, with false when it does not. */
function send(socketPath: string, host: string, input: string, cuts: readonly number[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: socketPath, allowHalfOpen: true });
    const patience = setTimeout(() => {
      socket.destroy();
      resolve(false);
    }, HANG_MS);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(patience);
      resolve(true);
    });
    socket.on('end', () => socket.destroy());
    socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    socket.once('data', () => {
      socket.resume();
      const bounds = [0, ...cuts, input.length];
      bounds.slice(1).forEach((end, i) => socket.write(input.slice(bounds[i], end), 'latin1'));
      socket.end();
    });
  });
}

/** Throws `count` mutated inputs at a real proxy over real sockets and holds what arrives upstream against the oracle. */
export async function fuzzFraming({ count, seed, lanes = 8 }: { readonly count: number; readonly seed: number; readonly lanes?: number }): Promise<FuzzReport> {
  const folder = mkdtempSync(join(tmpdir(), 'bottle-fuzz-'));
  const proxy = new Proxy(new LineLog(join(folder, 'log.jsonl')), () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]));
  const socketPath = join(folder, 'egress.sock');
  const open = await Promise.all(Array.from({ length: lanes }, openLane));
  const failures: string[] = [];
  const broken = (error: unknown): void => void failures.push(`uncaught: ${String(error)}`);
  process.on('uncaughtException', broken);
  let [inputs, passed] = [0, 0];
  try {
    await proxy.listen(socketPath);
    const routes = routesFileSchema.parse({ log: 0, routes: open.map(({ host }) => ({ host, plaintext: true, private_addresses: true })) });
    proxy.become(liveFrom({ slug: 'fuzz', routes, credentials: {}, ca: createAuthority('fuzz') }));
    await Promise.all(
      open.map(async ({ host, seen }, lane) => {
        const random = chance(seed * 1000 + lane);
        let before: readonly Allowed[] = [];
        while (inputs < count) {
          inputs++;
          const input = makeInput(random, host);
          const cuts = random() < 0.3 ? [Math.floor(random() * input.length)] : [];
          const closed = await send(socketPath, host, input, cuts);
          const allowed = allowedRequests(input, host);
          // A request may arrive after its tunnel is gone, but not much after.
          const fine = [...before, ...allowed].map(({ method, target, body }) => JSON.stringify([method, target, body]));
          for (const each of seen.splice(0)) {
            passed++;
            if (!each.whole || !fine.includes(JSON.stringify([each.method, each.target, each.body]))) failures.push(`seed ${seed} lane ${lane}: ${JSON.stringify(input)} brought ${JSON.stringify(each)}`);
          }
          if (!closed) failures.push(`seed ${seed} lane ${lane}: ${JSON.stringify(input)} was not closed`);
          before = allowed;
        }
      }),
    );
  } finally {
    process.off('uncaughtException', broken);
    await proxy.close();
    for (const lane of open) lane.close();
    rmSync(folder, { recursive: true });
  }
  return { inputs, passed, failures };
}
