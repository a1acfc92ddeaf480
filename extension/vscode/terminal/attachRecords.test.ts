import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { attachedProcesses } from './attachRecords.ts';

describe('records of attached terminals', () => {
  const made: string[] = [];
  afterEach(async () => {
    for (const folder of made.splice(0)) await rm(folder, { recursive: true });
  });

  async function home(files: readonly string[]): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'attach-'));
    made.push(folder);
    for (const file of files) {
      await mkdir(join(folder, file, '..'), { recursive: true });
      await writeFile(join(folder, file), '{}');
    }
    return folder;
  }

  it('lead from a process to its bottle', async () => {
    const folder = await home(['state/one/attach/41', 'state/one/attach/42', 'state/two/attach/7', 'state/two/metadata.json']);
    expect(await attachedProcesses(folder)).toEqual(new Map([[41, 'one'], [42, 'one'], [7, 'two']]));
  });

  it('are only files named by a number', async () => {
    const folder = await home(['state/one/attach/41.tmp', 'state/one/attach/..x', 'state/one/attach/9'])
    expect(await attachedProcesses(folder)).toEqual(new Map([[9, 'one']]));
  });

  it('are none where there is no home yet', async () => {
    expect(await attachedProcesses('/nowhere/at/all')).toEqual(new Map());
  });
});
