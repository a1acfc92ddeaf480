import { lstat, readFile, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { GuestFile } from '../backends/backend.ts';
import { BottleError } from '../errors.ts';

const largest = 4 * 1024 * 1024;

/** Reads the named skills from `~/.claude/skills` into guest files. A missing folder stops the start and is named. */
export async function skillFiles(skillsFolder: string, names: readonly string[], guestFolder: string): Promise<GuestFile[]> {
  const files: GuestFile[] = [];
  for (const name of names) {
    const folder = join(skillsFolder, name);
    const stat = await lstat(folder).catch(() => undefined);
    if (stat?.isDirectory() !== true) {
      throw new BottleError('manifest-invalid', `The skill "${name}" is not a folder at ${folder}.`, { hint: 'Create it, or take it out of the agent\'s skills.' });
    }
    await collect(folder, posix.join(guestFolder, name), files);
  }
  return files;
}

async function collect(folder: string, guest: string, into: GuestFile[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const inGuest = posix.join(guest, entry.name);
    if (entry.isDirectory()) await collect(path, inGuest, into);
    else if (entry.isFile()) {
      const stat = await lstat(path);
      if (stat.size > largest) throw new BottleError('manifest-invalid', `${path} is larger than a skill file may be (4 MiB).`);
      into.push({ path: inGuest, mode: stat.mode & 0o111 ? 0o755 : 0o644, content: await readFile(path) });
    }
  }
}
