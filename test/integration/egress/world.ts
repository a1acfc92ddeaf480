import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import type { ConnectionOptions, SecureContext, TLSSocket } from 'node:tls';
import { expect } from 'vitest';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import { routesFileSchema } from '../../../schemas/policy/routesFile.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import type { RoutesFile } from '../../../schemas/policy/routesFile.ts';
import type { UpstreamProxySettings, WatchedSecret } from '../../../schemas/protocol/control.ts';
import { logLineSchema } from '../../../schemas/protocol/egressLog.ts';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import { startBridge } from '../../../sidecars/bridge/bridge.ts';
import type { ResolvedAddress } from '../../../sidecars/egress/dial.ts';
import { timeLimits } from '../../../sidecars/egress/limits.ts';
import type { TimeLimits } from '../../../sidecars/egress/limits.ts';
import { liveFrom } from '../../../sidecars/egress/live.ts';
import { Proxy, usualMeans } from '../../../sidecars/egress/proxy.ts';
import type { ProxyMeans } from '../../../sidecars/egress/proxy.ts';
import { upstreamTrust } from '../../../sidecars/egress/trust.ts';
import { LineLog } from '../../../sidecars/runtime/lineLog.ts';
import { startUpstream } from './upstream.ts';
import type { Upstream } from './upstream.ts';
import { freePort } from '../../support/freePort.ts';

export const SECRET = 'real-credential-5c1d9b';

/** Names as the tests' own resolver knows them; a test changes the answers at will. */
export type Names = Map<string, ResolvedAddress[]>;

export interface World {
  readonly proxy: Proxy;
  readonly folder: string;
  readonly socketPath: string;
  /** Bridge port on 127.0.0.1, as the agent sees it. */
  readonly port: number;
  readonly caPath: string;
  readonly caPem: string;
  /** `allow.test`, credential injected. */
  readonly allow: Upstream;
  /** `open.test`, no credential. */
  readonly open: Upstream;
  readonly names: Names;
  configure(routes: readonly Route[], extra?: { readonly log?: RoutesFile['log']; readonly credentials?: Record<string, string>; readonly extraCaPem?: string; readonly upstreamProxy?: UpstreamProxySettings; readonly secrets?: WatchedSecret[] }): void;
  log(): LogLine[];
  close(): Promise<void>;
}

export const here: ResolvedAddress[] = [{ address: '127.0.0.1', family: 4 }];

export async function startWorld(limits: Partial<TimeLimits> = {}, means: Partial<ProxyMeans> = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'bottle-egress-'));
  const stop = new AbortController();
  const [allow, open, port] = [await startUpstream('allow.test'), await startUpstream('open.test'), await freePort()];
  const names: Names = new Map([['allow.test', here], ['open.test', here]]);
  const log = new LineLog(join(folder, 'log.jsonl'));
  const proxy = new Proxy(log, async (host) => names.get(host) ?? [], { ...timeLimits, farewell: 200, ...limits }, { ...usualMeans, ...means });
  const socketPath = join(folder, 'egress.sock');
  await proxy.listen(socketPath);
  await startBridge([{ port, socketPath }], stop.signal);
  const ca = createAuthority('test');
  /** By extra roots: reading all the public ones takes a tenth of a second. */
  const trusts = new Map<string, SecureContext>();
  const caPath = join(folder, 'ca.pem');
  writeFileSync(caPath, ca.certPem);
  return {
    proxy, folder, socketPath, port, caPath, caPem: ca.certPem, allow, open, names,
    configure(routes, extra = {}) {
      const extraCaPem = extra.extraCaPem ?? `${allow.caPem}${open.caPem}`;
      const trust = trusts.get(extraCaPem) ?? upstreamTrust(extraCaPem);
      trusts.set(extraCaPem, trust);
      proxy.become(
        liveFrom(
          {
            slug: 'test',
            routes: routesFileSchema.parse({ log: extra.log ?? 2, routes }),
            credentials: extra.credentials ?? { SLOT: SECRET },
            ca,
            extraCaPem,
            secrets: extra.secrets ?? [],
            ...(extra.upstreamProxy === undefined ? {} : { upstreamProxy: extra.upstreamProxy }),
          },
          trust,
        ),
      );
    },
    log: () =>
      readFileSync(join(folder, 'log.jsonl'), 'utf8').split('\n').filter((line) => line !== '').map((line) => logLineSchema.parse(JSON.parse(line))),
    async close() {
      await proxy.close();
      stop.abort();
      await Promise.all([allow.close(), open.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** The two hosts of the reference cases. */
export function usualRoutes(world: World): Route[] {
  return [
    { host: `allow.test:${world.allow.port}`, auth_scheme: 'Bearer', token_env: 'SLOT', private_addresses: true },
    { host: `open.test:${world.open.port}`, private_addresses: true },
  ];
}

/** A bare connection to the proxy. */
export async function dialProxy(world: World): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: world.port, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Says when an answer is complete. */
export interface Enough {
  test(text: string): boolean;
}

/** Sends `text` (latin1, as written) and gives all that comes until the other side ends, or until `enough` fits. */
export async function talk(socket: Socket | TLSSocket, text: string, enough?: Enough): Promise<string> {
  let answer = '';
  const done = new Promise<void>((resolve) => {
    const take = (chunk: Buffer): void => {
      answer += chunk.toString('latin1');
      if (enough?.test(answer) === true) finish();
    };
    const finish = (): void => {
      socket.off('data', take).off('end', finish).off('close', finish);
      resolve();
    };
    socket.on('data', take);
    socket.once('end', finish);
    socket.once('close', finish);
  });
  socket.write(text, 'latin1');
  await done;
  return answer;
}

export async function connectAnswer(world: World, authority: string, headers = ''): Promise<{ readonly socket: Socket; readonly answer: string }> {
  const socket = await dialProxy(world);
  const answer = await talk(socket, `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${headers}\r\n`, /\r\n\r\n(?:$|[\s\S]*\})/);
  return { socket, answer };
}

/** TLS inside a tunnel. `servername` defaults to the tunnel's host; '' sends none. */
export async function openTunnel(world: World, authority: string, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const { socket, answer } = await connectAnswer(world, authority);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  const secure = tlsConnect({ socket, servername: authority.replace(/:\d+$/, ''), ca: world.caPem, ...options });
  secure.on('error', () => undefined);
  await once(secure, 'secureConnect');
  return secure;
}

/** One request on its own tunnel; the tunnel is closed after it. */
export async function ask(world: World, authority: string, text: string): Promise<string> {
  const secure = await openTunnel(world, authority);
  const answer = await talk(secure, text, wholeAnswer);
  secure.destroy();
  return answer;
}

/** One whole answer, by length, by last chunk, or without a body. */
export const wholeAnswer: Enough = {
  test(text: string): boolean {
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = text.slice(0, end);
    if (/^HTTP\/1\.1 1\d\d/.test(head)) return wholeAnswer.test(text.slice(end + 4));
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length !== undefined) return text.length >= end + 4 + Number(length);
    return /\r\n0\r\n\r\n$/.test(text) || /^HTTP\/1\.1 (204|304)/.test(head);
  },
};

export function get(authority: string, path = '/', headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${authority}\r\n${headers}\r\n`;
}

/** Runs `act` and asserts that nothing at all reached `upstream` and exactly one refusal is on record. */
export async function expectDenied(world: World, upstream: Upstream, act: () => Promise<string>): Promise<{ readonly answer: string; readonly line: LogLine }> {
  const [bytes, connections, lines] = [upstream.bytes(), upstream.connections(), world.log().length];
  const answer = await act();
  expect(upstream.bytes() - bytes).toBe(0);
  expect(upstream.connections() - connections).toBe(0);
  // The line is written at the answer's end, which the agent may hear of a moment before.
  await expect.poll(() => world.log().length).toBeGreaterThan(lines);
  const fresh = world.log().slice(lines);
  expect(fresh.map((line) => line.verdict)).toEqual(['block']);
  return { answer, line: fresh[0] as LogLine };
}
