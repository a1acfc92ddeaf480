import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BottleMetadata } from '../../../schemas/protocol/bottle.ts';
import type { Backend, RunningBottle } from '../backends/backend.ts';
import { createFakeBackend } from '../backends/fake/backend.ts';
import { silentLog, silentProgress, systemClock } from '../ports.ts';
import { prepareWorkspace } from '../workspace/prepare.ts';
import type { BottlesDeps } from './deps.ts';
import { processMark } from './processMark.ts';
import { createBottles } from './service.ts';
import { finish, settleAll } from './settle.ts';
import { createStateFolder, readMetadata, removeState, stateFolder, writeMetadata } from './stateFolder.ts';
import { sweep } from './sweep.ts';

const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
let root: string;
let home: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'settle-'));
  home = join(root, 'home');
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A record of a bottle on a copied workspace of one file, as a start leaves it. */
async function record(slug: string, more: Partial<BottleMetadata> = {}): Promise<{ readonly metadata: BottleMetadata; readonly copy: string }> {
  const host = join(root, 'ws');
  await mkdir(host, { recursive: true });
  await writeFile(join(host, 'a.txt'), 'a\n');
  const scratch = join(await createStateFolder(home, slug), 'scratch');
  await mkdir(scratch);
  await prepareWorkspace({ mode: 'copy', host, scratchDir: scratch, owner: self, hidden: [], signal: new AbortController().signal, progress: silentProgress });
  const metadata: BottleMetadata = {
    version: 1,
    slug,
    agent: 'a',
    bottle: 'b',
    provider: 'shell',
    backend: 'docker',
    label: slug,
    color: null,
    startedAt: new Date(0).toISOString(),
    state: 'running',
    exitCode: null,
    workspace: { mode: 'copy', host, guest: '/workspace', hidden: [] },
    owner: self,
    scratch,
    handle: {},
    ...more,
  };
  await writeMetadata(home, metadata);
  return { metadata, copy: join(scratch, 'workspace') };
}

/** A bottle service whose one backend finds what `adopt` gives. */
function depsWith(adopt: Backend['adopt'], swept: ReadonlySet<string>[] = []): BottlesDeps {
  const backend: Backend = {
    ...createFakeBackend(),
    adopt,
    sweep: async (_root, keep) => {
      swept.push(keep);
      return { removed: [] };
    },
  };
  return {
    folders: { home, tools: root, scratch: (slug) => join(stateFolder(home, slug), 'scratch') },
    self,
    env: {},
    secrets: { get: async () => undefined },
    ask: { secret: async () => undefined },
    log: silentLog,
    clock: systemClock,
    backends: new Map([['docker', backend]]),
    providers: new Map(),
  };
}

function bottle(slug: string, ended: number | undefined, more: Partial<RunningBottle>): RunningBottle {
  const unused = (): never => {
    throw new Error('not asked for here');
  };
  return {
    slug,
    handle: {},
    ended,
    get exited(): Promise<number> {
      return unused();
    },
    attach: unused,
    exec: unused,
    control: unused,
    mergedNames: unused,
    pullWorkspace: async () => undefined,
    stop: async () => undefined,
    ...more,
  };
}

describe('settling', () => {
  it('leaves a running bottle alone and opens no connection to wait for its end', async () => {
    await record('one');
    expect(await settleAll(depsWith(async () => bottle('one', undefined, {})), ['one'])).toMatchObject([{ state: 'running' }]);
  });

  it('keeps an ended bottle with changes, with its exit code, and removes one without', async () => {
    const { copy } = await record('changed');
    await writeFile(join(copy, 'new.txt'), 'new\n');
    await writeFile(join(stateFolder(home, 'changed'), 'exit.json'), '{"code": 7, "endedBy": "disk", "at": ""}');
    await record('same');
    const after = await settleAll(depsWith(async ({ slug }) => bottle(slug, 7, {})), ['changed', 'same']);
    expect(after).toMatchObject([{ slug: 'changed', state: 'exited', exitCode: 7, endedBy: 'disk' }]);
    expect(existsSync(stateFolder(home, 'same'))).toBe(false);
  });

  it('neither stops nor forgets a bottle whose changes could not be brought back', async () => {
    await record('far');
    let stopped = false;
    const deps = depsWith(async () =>
      bottle('far', 0, {
        pullWorkspace: () => Promise.reject(new Error('the line is down')),
        stop: async () => void (stopped = true),
      }),
    );
    expect(await settleAll(deps, ['far'])).toMatchObject([{ slug: 'far', state: 'running' }]);
    await expect(createBottles(deps).stop('far', {})).rejects.toMatchObject({ code: 'backend-failed' });
    expect(stopped).toBe(false);
    expect(await readMetadata(home, 'far')).toMatchObject({ state: 'running' });
  });

  it('gives up changes that cannot be brought back when it is told to', async () => {
    await record('far');
    await createBottles(depsWith(async () => bottle('far', 0, { pullWorkspace: () => Promise.reject(new Error('gone')) }))).stop('far', { discardChanges: true });
    expect(existsSync(stateFolder(home, 'far'))).toBe(false);
  });

  it('keeps a bottle of which its backend cannot say anything', async () => {
    await record('far');
    await settleAll(depsWith(() => Promise.reject(new Error('another engine'))), ['far']);
    expect(await readMetadata(home, 'far')).toMatchObject({ state: 'running' });
  });
});

describe('several who end the same bottle', () => {
  it('take it down once, and those who come later find it done', async () => {
    await record('one');
    let [stops, most, now] = [0, 0, 0];
    const warned: string[] = [];
    const deps: BottlesDeps = {
      ...depsWith(async () =>
        bottle('one', 5, {
          stop: async () => {
            stops++;
            most = Math.max(most, ++now);
            await new Promise((resolve) => setImmediate(resolve));
            now--;
          },
        }),
      ),
      log: { ...silentLog, warn: (message) => void warned.push(message) },
    };
    const bottles = createBottles(deps);
    const enders = await Promise.allSettled([bottles.stop('one', {}), bottles.list(), bottles.stop('one', {}), bottles.list(), bottles.settled('one'), bottles.stop('one', { discardChanges: true })]);
    expect(enders.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect([stops, most, warned, existsSync(stateFolder(home, 'one')), await readdir(join(home, 'state'))]).toEqual([1, 1, [], false, []]);
  });

  it('leave what the first one kept, and the next bottle of the same slug', async () => {
    const { metadata } = await record('one', { startedAt: new Date(1).toISOString() });
    await writeMetadata(home, { ...metadata, state: 'exited' });
    const deps = depsWith(async () => undefined);
    expect(await finish(deps, metadata, undefined, null, false)).toMatchObject({ state: 'exited' });
    await writeMetadata(home, { ...metadata, startedAt: new Date(2).toISOString() });
    expect(await finish(deps, metadata, undefined, null, false)).toBeUndefined();
    expect(await readMetadata(home, 'one')).toMatchObject({ state: 'running' });
  });

  it('say that there is no such bottle, when it goes while its changes are read', async () => {
    const { metadata } = await record('one');
    const deps = depsWith(async () => {
      await removeState(home, 'one', metadata.scratch);
      return undefined;
    });
    await expect(createBottles(deps).changes('one')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a start under way', () => {
  it('is not stopped by others', async () => {
    await record('young', { state: 'starting', handle: { starter: processMark(process.pid) } });
    await expect(createBottles(depsWith(async () => undefined)).stop('young', { discardChanges: true })).rejects.toMatchObject({ code: 'busy' });
    expect(existsSync(stateFolder(home, 'young'))).toBe(true);
  });

  it('is named to the backends that are swept, and stays', async () => {
    await record('young', { state: 'starting', handle: { starter: processMark(process.pid) } });
    const swept: ReadonlySet<string>[] = [];
    expect(await sweep(depsWith(async () => undefined, swept))).toEqual([]);
    expect(swept).toEqual([new Set(['young'])]);
  });

  it('is removed once its starter is gone', async () => {
    await record('cut', { state: 'starting', handle: { starter: { pid: process.pid, startTime: 'of an earlier one' } } });
    await sweep(depsWith(async () => undefined));
    expect(existsSync(stateFolder(home, 'cut'))).toBe(false);
  });
});

it('a sweep never removes a bottle whose record it cannot read', async () => {
  const folder = await createStateFolder(home, 'later');
  await writeFile(join(folder, 'metadata.json'), JSON.stringify({ version: 2 }));
  await utimes(folder, 0, 0);
  await sweep(depsWith(async () => undefined));
  expect(existsSync(folder)).toBe(true);
});
