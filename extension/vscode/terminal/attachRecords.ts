import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startTime } from '../../core/process/startTime.ts';

/**
 * Slug by the process id of its `attach`: every attached terminal leaves a file `state/<slug>/attach/<pid>`. A record
 * counts while the very process that wrote it lives; one left by a killed terminal does not, whoever has its id since.
 */
export async function attachedProcesses(home: string): Promise<ReadonlyMap<number, string>> {
  const root = join(home, 'state');
  const slugs = await names(root);
  const found = await Promise.all(slugs.map(async (slug) => (await living(join(root, slug, 'attach'))).map((pid) => [pid, slug] as const)));
  return new Map(found.flat());
}

async function living(folder: string): Promise<readonly number[]> {
  const pids = (await names(folder)).filter((name) => /^\d{1,10}$/.test(name)).map(Number);
  const kept = await Promise.all(pids.map(async (pid) => (startTime(pid) ?? '') === (await recordedStart(join(folder, String(pid))))));
  return pids.filter((_pid, index) => kept[index]);
}

/** The start time in a record; undefined when it is no record. */
async function recordedStart(file: string): Promise<string | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof value === 'object' && value !== null && 'startTime' in value && typeof value.startTime === 'string' ? value.startTime : undefined;
  } catch {
    return undefined;
  }
}

async function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
