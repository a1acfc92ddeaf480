import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Backend, Owner, RunningBottle } from '../../../extension/core/backends/backend.ts';
import { createBubblewrapBackend } from '../../../extension/core/backends/bubblewrap/backend.ts';
import { silentLog, silentProgress } from '../../../extension/core/ports.ts';
import { codexRoutes } from '../../../extension/core/providers/codex/routes.ts';
import { piRoutes } from '../../../extension/core/providers/pi/routes.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import { logLineSchema, type LogLine } from '../../../schemas/protocol/egressLog.ts';
import { run, type Outcome } from '../../escape/support/inside.ts';
import { makeSpec } from '../../support/backends/spec.ts';
import { type BuiltRuntime, runtimeForTests } from '../../support/build.ts';
import { type ResponsesHost, startResponses } from '../../support/clients/responses.ts';
import { type ClientTools, clientTools } from '../../support/clients/tools.ts';
import { createTestAuthority } from '../../support/host/authority.ts';
import { type ModelServer, startModel } from '../../support/model/server.ts';
import { until } from '../../support/until.ts';

const self: Owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const key = 'sk-proj-the-real-one-9f8e7d6c5b4a39281706f5e4';
const said = 'The quick answer is forty-two.';

let tools: ClientTools;
let built: BuiltRuntime;
let folder: string;
let backend: Backend;
let responses: ResponsesHost;
let messages: ModelServer;
let stateDir: string;
let bottle: RunningBottle | undefined;
const authority = createTestAuthority();

beforeAll(async () => {
  tools = await clientTools();
  built = await runtimeForTests();
  folder = await mkdtemp(join(tmpdir(), 'bot-bottle-locked-'));
  await chmod(folder, 0o755);
  backend = createBubblewrapBackend({ runtime: built.runtime, log: silentLog });
  [responses, messages] = await Promise.all([startResponses(authority, said), startModel(authority, `{{say:${said}}}`)]);
}, 300_000);
afterEach(() => bottle?.stop());
afterAll(async () => {
  await Promise.all([responses?.close(), messages?.close()]);
  await built?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** A bottle with these routes, in which an agent's program is asked one thing. */
async function asked(routes: readonly Route[], argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const made = await makeSpec({ script: 'sleep 600', mode: 'overlay', owner: self.uid === 0 ? { uid: 12_347, gid: 12_347 } : self, folder, env: { ...tools.env, ...env }, credentials: { SLOT: key }, limits: { memoryBytes: 2 * 1024 ** 3 }, routes: { log: 2, routes: [...routes] } });
  stateDir = made.spec.stateDir;
  bottle = await backend.start({ ...made.spec, mounts: tools.mounts, sidecar: { ...made.spec.sidecar, extraCaPem: authority.certPem } }, silentProgress, AbortSignal.timeout(60_000));
  return run(bottle, argv, { patienceMs: 90_000 });
}

async function lines(): Promise<readonly LogLine[]> {
  const text = await readFile(join(stateDir, 'egress', 'log.jsonl'), 'utf8');
  return text.split('\n').filter((line) => line !== '').map((line) => logLineSchema.parse(JSON.parse(line)));
}

describe('Codex in a bottle that is locked to inference', () => {
  /** The lock as the provider brings it, at the place of the model of this test. */
  const ask = (more: Partial<Route>): Promise<Outcome> => {
    const routes = codexRoutes({ kind: 'api-key', tokenEnv: 'SLOT' }).map((route) => ({ ...route, host: responses.place, private_addresses: true, ...more }));
    const config = [`openai_base_url="https://${responses.place}/v1"`, 'features.plugins=false', 'features.apps=false', 'analytics.enabled=false', 'check_for_update_on_startup=false'];
    return asked(routes, ['codex', 'exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', ...config.flatMap((one) => ['-c', one]), 'What is it?'], { CODEX_API_KEY: 'sk-placeholder' });
  };
  const answers = async (): Promise<readonly LogLine[]> => (await lines()).filter(({ path }) => path.endsWith('/responses'));

  it('talks over WebSocket where the route says so, with our key', async ({ skip }) => {
    const missing = tools.absent.get('codex');
    if (missing !== undefined) skip(missing);
    const before = responses.answers.length;
    const { out, err } = await ask({});
    expect(`${out}${err}`).toContain(said);
    expect(responses.answers.slice(before).map(({ channel, authorization }) => [channel, authorization])).toEqual([['socket', `Bearer ${key}`]]);
    // The line of a WebSocket is written when it is over.
    const line = await until('the line of the WebSocket', async () => (await answers())[0]);
    expect(line).toMatchObject({ status: 101, injected: true, verdict: 'allow' });
  }, 120_000);

  it('is told at once that it may not, and talks by events in the same turn', async ({ skip }) => {
    const missing = tools.absent.get('codex');
    if (missing !== undefined) skip(missing);
    const before = responses.answers.length;
    const { out, err } = await ask({ websocket: false });
    expect(`${out}${err}`).toContain(said);
    expect(responses.answers.slice(before).map(({ channel, authorization }) => [channel, authorization])).toEqual([['events', `Bearer ${key}`]]);
    expect((await answers()).map(({ status }) => status)).toEqual(expect.arrayContaining([426, 200]));
  }, 120_000);
});

describe('Pi in a bottle that is locked to inference', () => {
  /** One question to Pi, whose settings name this model. */
  const ask = (base_url: string, api: string): Promise<Outcome> => {
    const models = JSON.stringify({ providers: { ours: { baseUrl: base_url, api, apiKey: 'placeholder', models: [{ id: 'm' }] } } });
    const routes = piRoutes({ base_url, api, api_key_env: 'SLOT' }).map((route) => ({ ...route, private_addresses: true }));
    return asked(routes, ['/bin/sh', '-c', 'mkdir -p "$HOME/.pi/agent" && printf %s "$MODELS" > "$HOME/.pi/agent/models.json" && exec pi --provider ours --model m -p "What is it?" </dev/null'], { MODELS: models, PI_OFFLINE: '1' });
  };

  it('talks by events of the Responses API, with our key and to nobody else', async ({ skip }) => {
    const missing = tools.absent.get('pi');
    if (missing !== undefined) skip(missing);
    const before = responses.answers.length;
    const { out, err } = await ask(`https://${responses.place}/v1`, 'openai-responses');
    expect(`${out}${err}`).toContain(said);
    expect(responses.answers.slice(before).map(({ channel, authorization }) => [channel, authorization])).toEqual([['events', `Bearer ${key}`]]);
    expect((await lines()).map(({ verdict, method, path, injected }) => [verdict, method, path, injected])).toEqual([['allow', 'POST', '/v1/responses', true]]);
  }, 120_000);

  it('talks by events of the Messages API, with our key and to nobody else', async ({ skip }) => {
    const missing = tools.absent.get('pi');
    if (missing !== undefined) skip(missing);
    messages.requests.length = 0;
    const { out, err } = await ask(messages.url, 'anthropic-messages');
    expect(`${out}${err}`).toContain(said);
    expect(messages.requests.map(({ method, path, authorization }) => [method, path, authorization])).toEqual([['POST', '/v1/messages', `Bearer ${key}`]]);
    expect((await lines()).map(({ verdict, path }) => [verdict, path])).toEqual([['allow', '/v1/messages?beta=…']]);
  }, 120_000);
});
