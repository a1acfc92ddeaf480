import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import { ControlClient } from '../../../extension/core/egress/controlClient.ts';
import { readLog } from '../../../extension/core/egress/logReader.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import { answerOk, startUpstream } from './upstream.ts';
import type { Upstream } from './upstream.ts';
import { freePort } from '../../support/freePort.ts';

const execute = promisify(execFile);

/** Runs a client with nothing on its stdin. */
function run(program: string, args: readonly string[], options: { readonly env: Record<string, string> }): Promise<{ stdout: string; stderr: string }> {
  const running = execute(program, args, options);
  running.child.stdin?.end();
  return running;
}

const SECRET = 'real-credential-5c1d9b';
const root = join(import.meta.dirname, '../../..');

let folder: string;
let upstream: Upstream;
let port: number;
let control: ControlClient;
let env: Record<string, string>;
const children: ChildProcess[] = [];
const ca = createAuthority('blue-otter');

const at = (name: string): string => join(folder, name);

function start(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [at(`${program}.js`), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function startReady(program: string, args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly ms: number }> {
  const began = performance.now();
  const child = start(program, args);
  const [text] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  expect(text.toString()).toBe('ready\n');
  return { child, ms: performance.now() - began };
}

const sidecarArguments = (name: string): string[] => ['--socket', at(`${name}.sock`), '--control', at(`${name}-control.sock`), '--log', at(`${name}.jsonl`), '--exit-on-stdin-end'];

async function dialControl(name: string): Promise<Socket> {
  const socket = connect(at(`${name}-control.sock`));
  await once(socket, 'connect');
  return socket;
}

const routes = (): Route[] => [{ host: `localhost:${upstream.port}`, private_addresses: true, auth_scheme: 'Bearer', token_env: 'SLOT' }];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bottle-sidecar-'));
  await build({
    entryPoints: Object.fromEntries(['egress', 'bridge', 'control-stdio', 'names'].map((name) => [name, join(root, 'sidecars', name, 'main.ts')])),
    outdir: folder, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error',
  });
  upstream = await startUpstream('localhost');
  port = await freePort();
  writeFileSync(at('ca.pem'), ca.certPem);
  env = {
    PATH: process.env['PATH'] ?? '', HOME: folder, HTTPS_PROXY: `http://127.0.0.1:${port}`, https_proxy: `http://127.0.0.1:${port}`, http_proxy: `http://127.0.0.1:${port}`,
    NODE_EXTRA_CA_CERTS: at('ca.pem'), CURL_CA_BUNDLE: at('ca.pem'), GIT_SSL_CAINFO: at('ca.pem'), GIT_TERMINAL_PROMPT: '0', NO_PROXY: '', no_proxy: '',
  };
  // The bridge first: an agent may well start before its sidecar.
  await startReady('bridge', [`${port}=${at('main.sock')}`]);
  await startReady('egress', sidecarArguments('main'));
  control = await ControlClient.connect(await dialControl('main'));
});

afterAll(async () => {
  await control.close();
  for (const child of children) child.kill('SIGKILL');
  await upstream.close();
  rmSync(folder, { recursive: true });
});

const curl = (...args: string[]) => run('curl', ['-sS', '-i', '--noproxy', '', ...args], { env });

test('refuses everything in JSON until it is configured', async () => {
  expect(await control.health()).toMatchObject({ configured: false, routes: 0 });
  const { stdout } = await curl('http://localhost/');
  expect(stdout).toMatch(/^HTTP\/1\.1 503 [\s\S]*"do_not_retry":false/);
  await expect(curl(`https://localhost:${upstream.port}/`)).rejects.toThrow(/503/);
  expect(upstream.connections()).toBe(0);
});

test('once configured, curl gets through with the credential it does not have', async () => {
  await control.configure({ slug: 'blue-otter', routes: { log: 2, routes: routes() }, credentials: { SLOT: SECRET }, ca, extraCaPem: upstream.caPem });
  const { stdout } = await curl('-H', 'Authorization: Bearer forged', `https://localhost:${upstream.port}/hello?x=1`);
  expect(stdout).toMatch(/200 OK[\s\S]*ok$/);
  expect(upstream.requests.at(-1)?.url).toBe('/hello?x=1');
  expect(upstream.requests.at(-1)?.raw.join(' ')).toMatch(new RegExp(`Bearer ${SECRET}`));
  expect(upstream.requests.at(-1)?.raw.join(' ')).not.toContain('forged');
});

test('node and git go through the bridge too, and git is told why it may not', async () => {
  const script = `const {request}=require('https');const s=require('net').connect(${port},'127.0.0.1');s.write('CONNECT localhost:${upstream.port} HTTP/1.1\\r\\nHost: localhost:${upstream.port}\\r\\n\\r\\n');s.once('data',()=>{const t=require('tls').connect({socket:s,servername:'localhost'});request({createConnection:()=>t,host:'localhost',port:${upstream.port},path:'/node'},r=>r.on('data',d=>process.stdout.write(d)).on('end',()=>process.exit(0))).end()})`;
  expect((await run(process.execPath, ['-e', script], { env })).stdout).toBe('ok');
  await expect(run('git', ['ls-remote', `https://localhost:${upstream.port}/r.git`], { env })).rejects.toThrow(/403/);
});

test('curl over IPv6 loopback reaches the same proxy, where the machine has it', async ({ skip }) => {
  const reachable = await run('curl', ['-sS', '-x', `http://[::1]:${port}`, 'http://_egress.local/allowlist'], { env: { PATH: env['PATH'] ?? '' } }).catch(() => undefined);
  if (reachable === undefined) return skip('this machine has no ::1');
  expect(JSON.parse(reachable.stdout)).toEqual({ log: 2, routes: routes() });
});

test('followers get every line once, old ones first, and the reader of the file agrees', async () => {
  const live: string[] = [];
  const stop = await control.follow(0, ({ line }) => live.push(line.id));
  await curl(`https://localhost:${upstream.port}/followed`);
  const file: string[] = [];
  const reader = new AbortController();
  for await (const entry of readLog(at('main.jsonl'), 0, { follow: true, signal: reader.signal })) {
    file.push(entry.line.id);
    if (entry.line.path === '/followed') reader.abort();
  }
  await expect.poll(() => live).toEqual(file);
  stop();
  expect(file.length).toBeGreaterThan(2);
  expect(readFileSync(at('main.jsonl'), 'utf8')).not.toContain(SECRET);
});

test('routes are replaced live, and a bad file changes nothing', async () => {
  await control.replaceRoutes({ log: 1, routes: [] });
  await expect(curl(`https://localhost:${upstream.port}/`)).rejects.toThrow(/403/);
  await expect(control.replaceRoutes({ log: 1, routes: [{ host: 'https://x' }] })).rejects.toThrow(/routes\.routes\.0\.host/);
  expect(await control.health()).toMatchObject({ configured: true, routes: 0 });
  await control.replaceRoutes({ log: 2, routes: routes() });
  expect((await curl(`https://localhost:${upstream.port}/`)).stdout).toMatch(/200 OK/);
});

test('the control channel also works over the stdio of a carrier process', async () => {
  const { Duplex } = await import('node:stream');
  const carrier = start('control-stdio', [at('main-control.sock')]);
  if (carrier.stdin === null || carrier.stdout === null) throw new Error('no pipes');
  const client = await ControlClient.connect(Duplex.from({ readable: carrier.stdout, writable: carrier.stdin }));
  expect(await client.health()).toMatchObject({ configured: true });
  await client.close();
});

test('a peer that speaks something else is hung up on', async () => {
  const socket = await dialControl('main');
  socket.resume().write('nonsense\r\n\r\n');
  await once(socket, 'close');
  expect(await control.health()).toMatchObject({ configured: true });
});

test('a connection made before the sidecar exists waits for it', async () => {
  const early = await freePort();
  await startReady('bridge', [`${early}=${at('late.sock')}`]);
  const answer = run('curl', ['-sS', '-x', `http://127.0.0.1:${early}`, 'http://x.test/'], { env: { PATH: env['PATH'] ?? '' } });
  await startReady('egress', sidecarArguments('late'));
  expect((await answer).stdout).toContain('not configured');
});

test('an agent that does not trust the authority leaves one line, however often it tries', async () => {
  const lines = (): number => readFileSync(at('main.jsonl'), 'utf8').split('\n').filter((line) => line.includes('handshake')).length;
  const before = lines();
  for (let i = 0; i < 3; i++) await run('curl', ['-sS', '--cacert', '/etc/ssl/certs/ca-certificates.crt', `https://localhost:${upstream.port}/`], { env: { ...env, CURL_CA_BUNDLE: '' } }).catch(() => undefined);
  await expect.poll(() => lines() - before).toBe(1);
});

/** Bytes of memory a process has in RAM, now or at most so far. */
const resident = (pid: number, field: 'VmRSS' | 'VmHWM'): number => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

test('a large body costs no memory, in either direction', async () => {
  const { pid } = await control.health();
  const size = 64 * 1024 * 1024;
  const chunk = Buffer.alloc(64 * 1024, 'lorem ipsum dolor sit amet ');
  upstream.handler = (request, response) => {
    if (request.method === 'POST') return void request.on('end', () => response.end('taken'));
    let left = size;
    const fill = (): void => {
      for (; left > 0; left -= chunk.length) if (!response.write(chunk)) return void ((left -= chunk.length), response.once('drain', fill));
      response.end();
    };
    fill();
  };
  const url = `https://localhost:${upstream.port}/large`;
  // Once small, so that what any transfer needs is there already.
  const body = at('body');
  writeFileSync(body, Buffer.alloc(4 * 1024 * 1024, 'lorem ipsum dolor sit amet '));
  await run('curl', ['-sS', '-T', body, '-X', 'POST', '-H', 'Expect:', url], { env });
  await run('curl', ['-sS', '-o', '/dev/null', '--max-filesize', String(2 * size), url], { env });
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const before = resident(pid, 'VmRSS');
  writeFileSync(body, Buffer.alloc(size, 'lorem ipsum dolor sit amet '));
  expect((await run('curl', ['-sS', '-o', '/dev/null', '-w', '%{size_download}', url], { env })).stdout).toBe(String(size));
  expect((await run('curl', ['-sS', '-T', body, '-X', 'POST', '-H', 'Expect:', url], { env })).stdout).toBe('taken');
  expect(resident(pid, 'VmHWM') - before).toBeLessThan(30 * 1024 * 1024);
  upstream.handler = answerOk;
}, 120_000);

test('five thousand CONNECTs at once do not end it, and other tunnels go on', async () => {
  const open = new Set<Socket>();
  const answers = await Promise.all(
    Array.from({ length: 5000 }, async () => {
      const socket = connect(port, '127.0.0.1');
      try {
        await once(socket, 'connect');
        socket.write(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: localhost:${upstream.port}\r\n\r\n`);
        const [chunk] = (await once(socket, 'data')) as [Buffer];
        const status = chunk.toString().slice(9, 12);
        if (status === '200') open.add(socket);
        socket.on('end', () => open.delete(socket));
        return { socket, status };
      } catch {
        return { socket, status: 'closed' };
      }
    }),
  );
  const openAtOnce = open.size;
  for (const { socket } of answers) socket.destroy();
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set(['200', '503']));
  expect(openAtOnce).toBeLessThanOrEqual(1024);
  await expect.poll(async () => (await curl(`https://localhost:${upstream.port}/`).catch(() => ({ stdout: '' }))).stdout, { timeout: 15_000 }).toMatch(/200 OK/);
}, 60_000);

test('the leaf passes strict verification by openssl and names only its host', async () => {
  const shown = await run('openssl', ['s_client', '-proxy', `127.0.0.1:${port}`, '-connect', `localhost:${upstream.port}`, '-servername', 'localhost', '-CAfile', at('ca.pem'), '-x509_strict', '-verify_return_error', '-verify_hostname', 'localhost', '-showcerts'], { env }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(shown.stdout)?.[0];
  expect(shown.stdout).toContain('Verify return code: 0 (ok)');
  const leaf = new X509Certificate(pem ?? '');
  expect(leaf.subjectAltName).toBe('DNS:localhost');
  expect(leaf.ca).toBe(false);
  expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBeLessThan(398 * 24 * 3600 * 1000);
});

test('an agent that offers only HTTP/2 gets a clean alert', async () => {
  const shown = await run('openssl', ['s_client', '-proxy', `127.0.0.1:${port}`, '-connect', `localhost:${upstream.port}`, '-alpn', 'h2', '-CAfile', at('ca.pem')], { env }).catch((error: { stderr?: string }) => ({ stderr: error.stderr ?? '' }));
  expect(shown.stderr).toContain('no application protocol');
});

test('it exits with its parent, within the time of a blink', async () => {
  const { child } = await startReady('egress', sidecarArguments('orphan'));
  const exit = once(child, 'exit');
  child.stdin?.end();
  expect(await exit).toEqual([0, null]);
});

test('SIGTERM and the control channel both end it with status 0', async () => {
  const first = await startReady('egress', sidecarArguments('term'));
  const ended = once(first.child, 'exit');
  first.child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  const second = await startReady('egress', sidecarArguments('asked'));
  const stopped = once(second.child, 'exit');
  const client = await ControlClient.connect(await dialControl('asked'));
  await client.stop();
  expect(await stopped).toEqual([0, null]);
  await client.closed;
});

test('names of folders are listed without following links out', async () => {
  mkdirSync(at('root/sub/deep'), { recursive: true });
  writeFileSync(at('root/sub/file'), '');
  symlinkSync('/etc', at('root/out'));
  const child = start('names', [at('root')]);
  child.stdin?.end(JSON.stringify(['', 'sub', 'out', 'missing', '../..', 'sub/file', 'sub/../sub']));
  const [text] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  expect(JSON.parse(text.toString())).toEqual({ '': ['out', 'sub'], sub: ['deep', 'file'] });
});
