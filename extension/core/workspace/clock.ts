import { closeSync, fstatSync, futimesSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/**
 * The file system's own time in ms, taken so that every later change of any file has a later ctime: kernels stamp with
 * a coarse clock, so this waits for its next tick (a few ms).
 */
export async function fileSystemTime(folder: string): Promise<number> {
  const path = join(folder, `.stamp-${process.pid}-${process.hrtime.bigint()}`);
  const fd = openSync(path, 'wx', 0o600);
  try {
    const taken = fstatSync(fd).ctimeMs;
    while (fstatSync(fd).ctimeMs <= taken) {
      await setImmediate();
      const now = new Date();
      futimesSync(fd, now, now);
    }
    return taken;
  } finally {
    closeSync(fd);
    unlinkSync(path);
  }
}
