import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadAgent } from '../../core/manifests/load.ts';
import { silentLog } from '../../core/ports.ts';
import { writeStarter } from './writeStarter.ts';

describe('a starter', () => {
  const made: string[] = [];
  afterEach(async () => {
    for (const folder of made.splice(0)) await rm(folder, { recursive: true });
  });
  async function home(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'starter-'));
    made.push(folder);
    return folder;
  }

  it.each(['shell', 'claude'] as const)('%s is a valid agent in a valid bottle', async (name) => {
    const folder = await home();
    await writeStarter(folder, name);
    const loaded = await loadAgent({ home: folder, workspace: undefined, name, log: silentLog });
    expect(loaded.agent.bottle).toBe(name);
    expect(loaded.bottle.agentProvider.template).toBe(name);
  });

  it('never writes over a file', async () => {
    const folder = await home();
    const { bottle } = await writeStarter(folder, 'shell');
    await writeFile(bottle, 'mine');
    expect((await writeStarter(folder, 'shell')).written).toEqual([]);
    expect(await readFile(bottle, 'utf8')).toBe('mine');
  });
});
