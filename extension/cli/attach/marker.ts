import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTime } from '../../core/process/startTime.ts';
import type { Context } from '../command.ts';

/**
 * Says that this process shows the bottle's terminal: `state/<slug>/attach/<pid>`, JSON `{pid, startTime, startedAt}`. The
 * editor finds the bottle of a terminal by its process there; the start time tells it from a later process with the same
 * id, and is empty where the system does not give it. Returns what takes the mark away. The folder of a bottle that is
 * gone by now is not made again.
 */
export async function markAttached(context: Context, slug: string): Promise<() => Promise<void>> {
  const folder = join(context.core.stateFolder(context.home, slug), 'attach');
  const file = join(folder, String(context.io.pid));
  const mark = { pid: context.io.pid, startTime: startTime(context.io.pid) ?? '', startedAt: new Date().toISOString() };
  try {
    await mkdir(folder, { mode: 0o700 }).catch(unless('EEXIST'));
    await context.core.writeAtomic(file, `${JSON.stringify(mark)}\n`);
  } catch (thrown) {
    unless('ENOENT')(thrown);
  }
  // The whole state folder may be gone by then, with the bottle.
  return () => rm(file, { force: true });
}

function unless(code: string): (thrown: unknown) => void {
  return (thrown) => {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === code)) throw thrown;
  };
}
