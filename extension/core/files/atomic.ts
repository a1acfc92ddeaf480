import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join, basename } from 'node:path';

/** Writes `content` so that a reader sees the old file or the new one, also after a crash: temp file, fsync, rename. */
export async function writeAtomic(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temp = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  const file = await open(temp, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (cause) {
    await file.close();
    await rm(temp, { force: true });
    throw cause;
  }
  await file.close();
  await rename(temp, path);
}
