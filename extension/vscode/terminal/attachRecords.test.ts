import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startTime } from '../../core/process/startTime.ts';
import { attachedProcesses } from './attachRecords.ts';

describe('records of attached terminals', () => {
  const made: string[] = [];
  afterEach(async () => {
    for (const folder of made.splice(0)) await rm(folder, { recursive: true });
  });

  async function home(files: Readonly<Record<string, string>>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'attach-'));
    made.push(folder);
    for (const [file, text] of Object.entries(files)) {
      await mkdir(join(folder, file, '..'), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    return folder;
  }

  const { pid, ppid } = process;
  const record = async (of: number): Promise<string> => JSON.stringify({ pid: of, startTime: startTime(of), startedAt: new Date().toISOString() });

  it('lead from a living process to its bottle', async () => {
    const folder = await home({ [`state/one/attach/${pid}`]: await record(pid), [`state/two/attach/${ppid}`]: await record(ppid), 'state/two/metadata.json': '{}' });
    expect(await attachedProcesses(folder)).toEqual(new Map([[pid, 'one'], [ppid, 'two']]));
  });

  it('are void once another process has the same id', async () => {
    const folder = await home({ [`state/one/attach/${pid}`]: JSON.stringify({ pid, startTime: '1', startedAt: '2026-01-01T00:00:00Z' }) });
    expect(await attachedProcesses(folder)).toEqual(new Map());
  });

  it('are void when they say nothing that can be read', async () => {
    const folder = await home({ [`state/one/attach/${pid}`]: '{}', [`state/two/attach/${ppid}`]: 'not JSON', [`state/one/attach/${pid}.tmp`]: await record(pid) });
    expect(await attachedProcesses(folder)).toEqual(new Map());
  });

  it('are none where there is no home yet', async () => {
    expect(await attachedProcesses('/nowhere/at/all')).toEqual(new Map());
  });
});
