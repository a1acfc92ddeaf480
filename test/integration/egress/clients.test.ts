import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend, ExecRequest, Owner, RunningBottle } from '../../../extension/core/backends/backend.ts';
import { createBubblewrapBackend } from '../../../extension/core/backends/bubblewrap/backend.ts';
import { clientMatrix } from '../../../extension/core/clients/matrix.ts';
import { clients } from '../../../extension/core/clients/table.ts';
import { silentLog, silentProgress } from '../../../extension/core/ports.ts';
import type { RoutesFile } from '../../../schemas/policy/routesFile.ts';
import type { DoctorCheck } from '../../../schemas/protocol/bottle.ts';
import { clientTools } from '../../support/clients/tools.ts';
import type { ClientTools } from '../../support/clients/tools.ts';
import { makeSpec } from '../../support/backends/spec.ts';
import { type BuiltRuntime, runtimeForTests } from '../../support/build.ts';
import { createTestAuthority } from '../../support/host/authority.ts';
import { startHost } from '../../support/clients/host.ts';
import type { ClientsHost } from '../../support/clients/host.ts';

const self: Owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

let tools: ClientTools;
let built: BuiltRuntime;
let folder: string;
let backend: Backend;
let host: ClientsHost;
let bottle: RunningBottle;

const routes = (): RoutesFile => ({ log: 2, routes: [{ host: host.place, private_addresses: true, git: { fetch: true } }] });

async function start(routes: RoutesFile, extraCaPem: string): Promise<RunningBottle> {
  const made = await makeSpec({ script: 'sleep 600', mode: 'overlay', owner: self.uid === 0 ? { uid: 12_346, gid: 12_346 } : self, folder, env: tools.env, workspace: { 'README.md': 'hello\n', 'other.pem': createTestAuthority('somebody else').certPem }, limits: { memoryBytes: 3 * 1024 ** 3, tmpBytes: 512 * 1024 ** 2, fileBytes: 512 * 1024 ** 2, pids: 512 }, routes });
  return backend.start({ ...made.spec, mounts: tools.mounts, sidecar: { ...made.spec.sidecar, extraCaPem } }, silentProgress, AbortSignal.timeout(60_000));
}

beforeAll(async () => {
  tools = await clientTools();
  built = await runtimeForTests();
  folder = await mkdtemp(join(tmpdir(), 'bot-bottle-clients-'));
  await chmod(folder, 0o755);
  backend = createBubblewrapBackend({ runtime: built.runtime, log: silentLog });
  const authority = createTestAuthority();
  host = await startHost(authority);
  bottle = await start(routes(), authority.certPem);
}, 300_000);
afterAll(async () => {
  await bottle?.stop();
  await host?.close();
  await built?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** What each says of itself: proof that it was there, not only that it says so. */
const callThemselves: Readonly<Record<string, RegExp>> = {
  curl: /^curl\//m,
  git: /^git\//m,
  npm: /^npm\//m,
  pip: /^pip\//m,
  'python-requests': /^python-requests\//m,
  'node-fetch': /^node$/m,
  go: /^Go-http-client\//m,
  cargo: /^cargo[ /]/m,
  claude: /^claude-cli\//m,
  codex: /^codex/m,
  pi: /^(?:OpenAI\/JS|pi)/m,
};

describe('the real clients, from inside a bottle, with certificate checks on', () => {
  let checks: readonly DoctorCheck[];
  beforeAll(async () => {
    const report = await clientMatrix(bottle, routes());
    checks = report.checks;
  }, 300_000);

  it.for(clients.map(({ id }) => id))('%s gets its answer through the proxy', (id, { skip }) => {
    const check = checks.find((one) => one.id === `client.${id}`);
    if (id === 'npm' && !host.named) skip('npm takes an address in a certificate for a name, and this machine has no name that resolves');
    if (check?.status === 'missing') skip(tools.absent.get(id) ?? check.detail);
    expect(check, JSON.stringify(check)).toMatchObject({ ok: true, status: 'pass' });
    expect(host.agents.join('\n')).toMatch(callThemselves[id] ?? /never/);
  });

  /** Those that give up at once; the agents' programs try for a minute. */
  const quick = clients.slice(0, 8);
  const verdicts = (report: readonly DoctorCheck[]): readonly string[] => report.filter(({ status }) => status !== 'missing').map(({ id, status, detail }) => `${id} ${status}: ${detail.replace(/^\S+ /, '')}`);

  it('are told apart when they distrust the bottle\'s certificate', async () => {
    const names = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'PIP_CERT', 'CARGO_HTTP_CAINFO'];
    const distrusting = { exec: (request: ExecRequest) => bottle.exec({ ...request, argv: ['env', ...names.map((name) => `${name}=/workspace/other.pem`), 'SSL_CERT_DIR=/nowhere', 'GIT_SSL_CAPATH=/nowhere', ...request.argv] }) };
    const { ok, checks: all } = await clientMatrix(distrusting, routes(), quick);
    expect(ok).toBe(false);
    expect(verdicts(all).filter((one) => !one.endsWith('fail: it does not trust the certificate of this bottle'))).toEqual([]);
  }, 120_000);

  it('are told apart when the bottle does not allow the host', async () => {
    const elsewhere: RoutesFile = { log: 2, routes: [{ host: 'elsewhere.example.com' }] };
    const { ok, checks: all } = await clientMatrix(bottle, elsewhere, quick);
    expect(ok).toBe(false);
    expect(verdicts(all).filter((one) => !one.includes(' fail: '))).toEqual([]);
    expect(verdicts(all)).toContain('client.curl fail: the proxy refused the connection');
  }, 120_000);
});
