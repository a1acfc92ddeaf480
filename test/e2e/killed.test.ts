import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { metadataSchema } from '../../schemas/protocol/bottle.ts';
import { chosenSeed, chosenTries } from '../crash/support/chosen.ts';
import { hostProcesses } from '../escape/support/host.ts';
import { leftovers } from '../escape/support/leftovers.ts';
import { whyNot } from '../support/host/backends.ts';
import { until } from '../support/until.ts';
import { openWindow, shellManifests, type TestWindow } from './support/window.ts';
import { chance } from '../support/random.ts';

/** Nobody else's number: whatever runs under it belongs to a bottle of this test. */
const owner = { uid: 64207, gid: 64207 };

describe.each(['bubblewrap', 'docker'] as const)('the extension host is killed while it starts an agent on %s', (backend) => {
  const reason = whyNot(backend);
  if (reason !== undefined) {
    test.skip(`at any moment (${reason})`, () => undefined);
    return;
  }
  let window: TestWindow;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bottle-killed-'));
    chmodSync(folder, 0o755);
    window = await openWindow({ folder, manifests: shellManifests, files: { 'readme.txt': 'A project.\n' }, env: { BOT_BOTTLE_BACKEND: backend } });
    if (process.getuid?.() === 0) for (const path of [window.workspace, join(window.workspace, 'readme.txt')]) chownSync(path, owner.uid, owner.gid);
  });
  afterAll(() => window?.close(), 60_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window?.shot(`failed ${task.name}`);
  });

  /** Answers every question of a start; what follows is the start itself. */
  async function begin(label: string): Promise<void> {
    const { command, quick } = window.vs;
    await command('Bottle: Start Agent');
    await quick.titled('agent');
    await quick.pick('shell');
    await quick.titled('label');
    await quick.enter(label);
    await quick.titled('colour');
    await quick.pick('No colour');
    await quick.titled('4/4');
    await quick.pick('Start');
  }

  const stateOf = (slug: string): string | undefined => {
    const file = join(window.home, 'state', slug, 'metadata.json');
    return existsSync(file) ? metadataSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).state : undefined;
  };

  /** Ends a bottle, and waits for its terminal to go: a terminal that goes takes the focus from a question. */
  async function leave(slug: string): Promise<void> {
    await until('its terminal', async () => (await window.vs.terminals.count()) === 1);
    window.cli('stop', slug, '--discard-changes');
    await until('the end of its terminal', async () => (await window.vs.terminals.count()) === 0);
  }

  async function extensionHosts(): Promise<number[]> {
    const all = await hostProcesses();
    return all.filter(({ command, environment }) => command.includes('--type=extensionHost') && environment.includes(`BOT_BOTTLE_HOME=${window.home}\0`)).map(({ pid }) => pid);
  }

  /** The window as a person gets it back: a new host, in which the extension has begun. */
  async function comeBack(): Promise<void> {
    await window.vs.page.reload();
    await window.vs.status('botBottle.status').waitFor({ timeout: 60_000 });
  }

  test('after a clean-up nothing of its bottle is left', async () => {
    // The first start may build images and tells how long a start takes.
    await begin('warm');
    await until('the first bottle', () => stateOf('warm') === 'running', 200_000);
    await leave('warm');
    await begin('whole');
    const before = performance.now();
    await until('the second bottle', () => stateOf('whole') === 'running');
    const startMs = performance.now() - before;
    await leave('whole');
    const seed = chosenSeed();
    const next = chance(seed);
    let cut = 0;
    for (let attempt = 0; attempt < chosenTries() / 2; attempt++) {
      const label = `killed-${attempt}`;
      const hosts = await extensionHosts();
      expect(hosts).toHaveLength(1);
      await begin(label);
      const moment = next() * startMs * 1.1;
      await new Promise((resolve) => setTimeout(resolve, moment));
      for (const pid of hosts) process.kill(pid, 'SIGKILL');
      await comeBack();
      const where = `try ${attempt}, killed ${Math.round(moment)} ms after the start, seed ${seed}`;
      window.cli('cleanup', '--yes');
      const whole = window.bottles();
      cut += whole.length === 0 ? 1 : 0;
      for (const { slug } of whole) window.cli('stop', slug, '--discard-changes');
      const left = async (): Promise<string[]> =>
        (await leftovers({ home: window.home, owner, world: backend }, [label])).filter((line) => !belongsToEditor(line)).concat(window.states());
      await until(`nothing left of ${where}`, async () => {
        const found = await left();
        // A folder without a record could be a start of this very moment, and is left alone for ten seconds.
        if (found.length > 0) window.cli('cleanup', '--yes');
        return found.length === 0;
      }, 20_000).catch(async (thrown: unknown) => {
        throw new Error(`${where}:\n${(await left()).join('\n')}`, { cause: thrown });
      });
    }
    expect(cut).toBeGreaterThan(0);
    console.log(`${backend}: ${cut} of ${chosenTries() / 2} starts were cut short, CRASH_SEED=${seed}`);
  }, 600_000);
});

/** The editor of the test itself lives below the same folder as the home. */
function belongsToEditor(line: string): boolean {
  return line.includes('/editor/') || line.includes('--type=');
}
