import { execFile, spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Route } from '../../../schemas/policy/route.ts';
import { ask, expectDenied, get, startWorld } from './world.ts';
import type { World } from './world.ts';

const run = promisify(execFile);

let world: World;
let open: string;
let folder: string;
let env: NodeJS.ProcessEnv;

const git = (...args: string[]): Promise<{ stdout: string; stderr: string }> => run('git', args, { env, cwd: folder });
const routes = (fetch: boolean): Route[] => [{ host: open, private_addresses: true, git: { fetch } }];

/** A forge: git's own smart-HTTP server behind the upstream, pushes allowed. */
function forge(request: IncomingMessage, response: ServerResponse): void {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const backend = spawn('git', ['-c', 'http.receivepack=true', 'http-backend'], {
    env: {
      PATH: process.env['PATH'], GIT_PROJECT_ROOT: folder, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: path, QUERY_STRING: query, REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'], GIT_PROTOCOL: request.headers['git-protocol']?.toString(), HTTP_CONTENT_ENCODING: request.headers['content-encoding'], REMOTE_USER: 'agent',
    },
  });
  request.pipe(backend.stdin);
  backend.stdin.on('error', () => undefined);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer.subarray(0, end).toString().split('\r\n').map((line) => line.split(': '));
    const status = headers.find(([name]) => name === 'Status')?.[1];
    response.writeHead(status === undefined ? 200 : Number(status.slice(0, 3)), Object.fromEntries(headers.filter(([name]) => name !== 'Status')));
    response.end(answer.subarray(end + 4));
  });
}

beforeAll(async () => {
  world = await startWorld();
  open = `open.test:${world.open.port}`;
  folder = mkdtempSync(join(tmpdir(), 'bottle-git-'));
  env = {
    PATH: process.env['PATH'], HOME: folder, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', https_proxy: `http://127.0.0.1:${world.port}`, GIT_SSL_CAINFO: world.caPath,
    GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b',
  };
  await git('init', '-q', '--bare', 'forge.git');
  await git('-C', 'forge.git', 'config', 'http.receivepack', 'true');
  await git('init', '-q', '-b', 'main', 'seed');
  await git('-C', 'seed', 'commit', '-q', '--allow-empty', '-m', 'first');
  await git('-C', 'seed', 'push', '-q', '../forge.git', 'main');
  await git('-C', 'forge.git', 'symbolic-ref', 'HEAD', 'refs/heads/main');
  world.open.handler = forge;
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

test('git clones and fetches where the route says so', async () => {
  world.configure(routes(true));
  await git('clone', '-q', `https://${open}/forge.git`, 'copy');
  expect((await git('-C', 'copy', 'log', '--format=%s')).stdout).toBe('first\n');
  await git('-C', 'seed', 'commit', '-q', '--allow-empty', '-m', 'second');
  await git('-C', 'seed', 'push', '-q', '../forge.git', 'main');
  await git('-C', 'copy', 'pull', '-q');
  expect((await git('-C', 'copy', 'log', '-1', '--format=%s')).stdout).toBe('second\n');
  await git('-c', 'protocol.version=0', 'ls-remote', `https://${open}/forge.git`);
});

test('it does not where the route says nothing, and git shows why', async () => {
  world.configure([{ host: open, private_addresses: true }]);
  const bytes = world.open.bytes();
  await expect(git('clone', '-q', `https://${open}/forge.git`, 'never')).rejects.toThrow(/403/);
  expect(existsSync(join(folder, 'never'))).toBe(false);
  expect(world.open.bytes()).toBe(bytes);
  expect(world.log().at(-1)).toMatchObject({ verdict: 'block', reason: expect.stringContaining('git fetch') });
});

test('a push is refused before a byte reaches the forge, also where fetching is allowed', async () => {
  world.configure(routes(true));
  await git('-C', 'copy', 'commit', '-q', '--allow-empty', '-m', 'stolen');
  const bytes = world.open.bytes();
  await expect(git('-C', 'copy', 'push', '-q', 'origin', 'main')).rejects.toThrow(/403/);
  await expect(git('-C', 'copy', 'push', '-q', '--force', 'origin', 'HEAD:refs/heads/other')).rejects.toThrow(/403/);
  expect(world.open.bytes()).toBe(bytes);
  expect((await git('-C', 'forge.git', 'log', '-1', '--format=%s', 'main')).stdout).toBe('second\n');
});

test.each([
  '/forge.git/git-receive-pack', '/forge.git/GIT-RECEIVE-PACK', '/forge.git/git-receive%2dpack', '/forge.git/%67it-receive-pack', '/forge.git/git-receive-pack?x', '/forge.git/git-receive-pack/', '/forge.git/git-receive-pack;x',
  '/forge.git/info/refs?service=git-receive-pack', '/forge.git/info/refs?a=b&service=git-receive-pack', '/forge.git/info/refs?service=git%2dreceive%2Dpack', '/forge.git/info/refs?%73ervice=git-receive-pack',
  '/forge.git/info/refs?service=git-upload-pack&service=git-receive-pack', '/forge.git/info/refs?service=git-upload-pack;service=git-receive-pack', '/forge.git/INFO/REFS?service=git-receive-pack', '/forge.git/info%2frefs?service=git-receive-pack',
  '/forge.git//git-receive-pack', '/forge.git/./git-receive-pack', '/forge.git/x/../git-receive-pack', '/forge.git/git-receive%252dpack',
])('a push written as %s is refused', async (path) => {
  world.configure(routes(true));
  for (const text of [get(open, path), `POST ${path} HTTP/1.1\r\nHost: ${open}\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: 4\r\n\r\n0000`]) {
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, text));
    expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
  }
});
