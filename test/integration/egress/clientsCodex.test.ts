import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Backend, Owner, RunningBottle } from '../../../extension/core/backends/backend.ts';
import { createBubblewrapBackend } from '../../../extension/core/backends/bubblewrap/backend.ts';
import { silentLog, silentProgress } from '../../../extension/core/ports.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import { logLineSchema } from '../../../schemas/protocol/egressLog.ts';
import { run } from '../../escape/support/inside.ts';
import { makeSpec } from '../../support/backends/spec.ts';
import { type BuiltRuntime, runtimeForTests } from '../../support/build.ts';
import { type ResponsesHost, startResponses } from '../../support/clients/responses.ts';
import { type ClientTools, clientTools } from '../../support/clients/tools.ts';
import { createTestAuthority } from '../../support/host/authority.ts';
import { until } from '../../support/until.ts';

const self: Owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const key = 'sk-proj-the-real-one-9f8e7d6c5b4a39281706f5e4';
const said = 'The quick answer is forty-two.';

let tools: ClientTools;
let built: BuiltRuntime;
let folder: string;
let backend: Backend;
let model: ResponsesHost;
let stateDir: string;
let bottle: RunningBottle | undefined;
const authority = createTestAuthority();

beforeAll(async () => {
  tools = await clientTools();
  built = await runtimeForTests();
  folder = await mkdtemp(join(tmpdir(), 'bot-bottle-codex-'));
  await chmod(folder, 0o755);
  backend = createBubblewrapBackend({ runtime: built.runtime, log: silentLog });
  model = await startResponses(authority, said);
}, 300_000);
afterEach(() => bottle?.stop());
afterAll(async () => {
  await model.close();
  await built.remove();
  await rm(folder, { recursive: true, force: true });
});

/** What Codex prints when it is asked one thing. */
async function ask(more: Partial<Route>): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const routes: Route[] = [{ host: model.place, private_addresses: true, auth_scheme: 'Bearer', token_env: 'SLOT', ...more }];
  const made = await makeSpec({ script: 'sleep 600', mode: 'overlay', owner: self.uid === 0 ? { uid: 12_347, gid: 12_347 } : self, folder, env: { ...tools.env, CODEX_API_KEY: 'sk-placeholder' }, credentials: { SLOT: key }, limits: { memoryBytes: 2 * 1024 ** 3 }, routes: { log: 2, routes } });
  stateDir = made.spec.stateDir;
  bottle = await backend.start({ ...made.spec, mounts: tools.mounts, sidecar: { ...made.spec.sidecar, extraCaPem: authority.certPem } }, silentProgress, AbortSignal.timeout(60_000));
  const config = [`openai_base_url="https://${model.place}/v1"`, 'features.plugins=false', 'features.apps=false', 'analytics.enabled=false', 'check_for_update_on_startup=false'];
  return run(bottle, ['codex', 'exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', ...config.flatMap((one) => ['-c', one]), 'What is it?'], { patienceMs: 90_000 });
}

async function lines(): Promise<{ readonly status: number; readonly injected: boolean; readonly path: string; readonly verdict: string }[]> {
  const text = await readFile(join(stateDir, 'egress', 'log.jsonl'), 'utf8');
  return text.split('\n').filter((line) => line !== '').map((line) => logLineSchema.parse(JSON.parse(line))).filter((line) => line.path.endsWith('/responses'));
}

describe('Codex in a bottle', () => {
  it('talks over WebSocket where the route says so, with our key', async ({ skip }) => {
    const missing = tools.absent.get('codex');
    if (missing !== undefined) skip(missing);
    const before = model.answers.length;
    const { out, err } = await ask({ websocket: true });
    expect(`${out}${err}`).toContain(said);
    const fresh = model.answers.slice(before);
    expect(fresh.map(({ channel, authorization }) => [channel, authorization])).toEqual([['socket', `Bearer ${key}`]]);
    // The line of a WebSocket is written when it is over.
    const line = await until('the line of the WebSocket', async () => (await lines())[0]);
    expect(line).toMatchObject({ status: 101, injected: true, verdict: 'allow' });
  }, 120_000);

  it('is told at once that it may not, and talks by events in the same turn', async ({ skip }) => {
    const missing = tools.absent.get('codex');
    if (missing !== undefined) skip(missing);
    const before = model.answers.length;
    const { out, err } = await ask({});
    expect(`${out}${err}`).toContain(said);
    const fresh = model.answers.slice(before);
    expect(fresh.map(({ channel, authorization }) => [channel, authorization])).toEqual([['events', `Bearer ${key}`]]);
    expect((await lines()).map(({ status }) => status)).toEqual(expect.arrayContaining([426, 200]));
  }, 120_000);
});
