import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectEngine } from './engine.ts';
import { engineError } from './engineError.ts';

const never = new AbortController().signal;

describe('an engine that cannot be used', () => {
  it('says that there is none where no socket is', async () => {
    await expect(connectEngine({ DOCKER_HOST: 'unix:///no/such/docker.sock' }, never)).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: 'There is no Docker engine at /no/such/docker.sock.',
      hint: expect.stringContaining('Install Docker'),
    });
  });

  it('says that it is not running where nobody listens', async () => {
    await expect(connectEngine({ DOCKER_HOST: 'tcp://127.0.0.1:1' }, never)).rejects.toMatchObject({ code: 'backend-unavailable', message: expect.stringContaining('is not running') });
  });

  it.each([
    [{ Version: '19.3', ApiVersion: '1.40', Os: 'linux', Arch: 'amd64' }, 'too old'],
    [{ Version: '28', ApiVersion: '1.51', Os: 'windows', Arch: 'amd64' }, 'windows containers'],
    [{ hello: 'world' }, 'could not say what it is'],
  ])('refuses what answers %j', async (version, words) => {
    const folder = mkdtempSync(join(tmpdir(), 'bot-bottle-engine-'));
    const info = { KernelVersion: '1', Name: 'x', OperatingSystem: 'x', NCPU: 1, SecurityOptions: null };
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url?.startsWith('/version') === true ? version : info));
    });
    server.listen(join(folder, 's'));
    await once(server, 'listening');
    try {
      await expect(connectEngine({ DOCKER_HOST: `unix://${join(folder, 's')}` }, never)).rejects.toMatchObject({ code: 'backend-unavailable', message: expect.stringContaining(words) });
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what fails on this machine while an engine is used', () => {
  it.each(['EACCES', 'ENOENT', 'ETIMEDOUT'])('is not taken for the engine (%s)', (code) => {
    const thrown = Object.assign(new Error(`${code}: no, rmdir '/ws'`), { code, syscall: 'rmdir', path: '/ws' });
    expect(engineError(thrown, { kind: 'unix', path: '/s' }, 'bring the workspace back')).toMatchObject({
      code: 'backend-failed',
      message: `This machine could not bring the workspace back: ${code}: no, rmdir '/ws'`,
      hint: '',
    });
  });

  it('is taken for the engine when no address of its name can be connected to', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED', syscall: 'connect' });
    const thrown = Object.assign(new AggregateError([refused, refused]), { code: 'ECONNREFUSED' });
    expect(engineError(thrown, { kind: 'tcp', host: 'localhost', port: 1, tls: null }, 'x')).toMatchObject({ code: 'backend-unavailable', message: expect.stringContaining('is not running') });
  });
});
