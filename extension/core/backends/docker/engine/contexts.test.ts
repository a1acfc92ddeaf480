import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveEndpoint } from './contexts.ts';

describe('which engine is meant', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'bot-bottle-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const context = (name: string, host: string): string => {
    const id = createHash('sha256').update(name).digest('hex');
    const folder = join(home, '.docker', 'contexts', 'meta', id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'meta.json'), JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } }));
    return id;
  };
  const current = (name: string): void => {
    mkdirSync(join(home, '.docker'), { recursive: true });
    writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths: {}, currentContext: name }));
  };

  it.each([
    ['unix:///run/other.sock', { kind: 'unix', path: '/run/other.sock' }],
    ['tcp://10.0.0.2:2375', { kind: 'tcp', host: '10.0.0.2', port: 2375, tls: null }],
    ['tcp://[::1]', { kind: 'tcp', host: '::1', port: 2375, tls: null }],
    ['ssh://me@box:2222', { kind: 'ssh', target: 'me@box', port: 2222 }],
    ['ssh://box', { kind: 'ssh', target: 'box', port: null }],
  ])('reads DOCKER_HOST=%s', async (address, endpoint) => {
    expect(await resolveEndpoint({ HOME: home, DOCKER_HOST: address })).toEqual(endpoint);
  });

  it.each(['unix://relative', 'nonsense', 'ftp://x', 'ssh://-oProxyCommand=x'])('refuses DOCKER_HOST=%s in words', async (address) => {
    await expect(resolveEndpoint({ HOME: home, DOCKER_HOST: address })).rejects.toMatchObject({ code: 'usage' });
  });

  it('takes the TLS files of DOCKER_CERT_PATH with DOCKER_TLS_VERIFY', async () => {
    const found = await resolveEndpoint({ HOME: home, DOCKER_HOST: 'tcp://h:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' });
    expect(found).toMatchObject({ tls: { ca: '/certs/ca.pem', cert: '/certs/cert.pem', key: '/certs/key.pem', verify: true } });
  });

  it('prefers DOCKER_CONTEXT to the current context, and that to the default socket', async () => {
    context('far', 'ssh://far');
    context('near', 'unix:///near.sock');
    current('near');
    expect(await resolveEndpoint({ HOME: home })).toEqual({ kind: 'unix', path: '/near.sock' });
    expect(await resolveEndpoint({ HOME: home, DOCKER_CONTEXT: 'far' })).toEqual({ kind: 'ssh', target: 'far', port: null });
    expect(await resolveEndpoint({ HOME: home, DOCKER_CONTEXT: 'default' })).toMatchObject({ kind: 'unix' });
  });

  it('finds the TLS files of a context', async () => {
    const id = context('tls', 'tcp://h:2376');
    const folder = join(home, '.docker', 'contexts', 'tls', id, 'docker');
    mkdirSync(folder, { recursive: true });
    for (const name of ['ca.pem', 'cert.pem', 'key.pem']) writeFileSync(join(folder, name), '');
    expect(await resolveEndpoint({ HOME: home, DOCKER_CONTEXT: 'tls' })).toMatchObject({ tls: { key: join(folder, 'key.pem'), verify: true } });
  });

  it('says so when a context does not exist or its file is broken', async () => {
    await expect(resolveEndpoint({ HOME: home, DOCKER_CONTEXT: 'gone' })).rejects.toMatchObject({ code: 'usage', message: 'There is no Docker context named "gone".' });
    current('x');
    writeFileSync(join(home, '.docker', 'config.json'), '{');
    await expect(resolveEndpoint({ HOME: home })).rejects.toMatchObject({ code: 'usage' });
  });
});
