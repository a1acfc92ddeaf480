import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { hasCode } from '../errors.ts';
import type { Folder } from './folder.ts';
import { readSmallFile } from './version.ts';

/** Largest file whose starting content is kept for showing conflicts, in bytes. */
const largest = 1024 * 1024;

/** Keeps what a changed file was at the start, while the host still has it: once the host moves on it is gone. */
export function keepBase(scratchDir: string, folder: Folder, name: string, sha256: string): void {
  const path = basePath(scratchDir, sha256);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  const content = readSmallFile(folder, name, largest);
  if (content === undefined || createHash('sha256').update(content).digest('hex') !== sha256) return;
  mkdirSync(join(scratchDir, 'base'), { recursive: true, mode: 0o700 });
  const temp = `${path}.${process.pid}`;
  writeFileSync(temp, content, { mode: 0o600 });
  renameSync(temp, path);
}

/** The kept content of this hash; undefined when it was too large or never seen. */
export function readBase(scratchDir: string, sha256: string): Uint8Array | undefined {
  try {
    return readFileSync(basePath(scratchDir, sha256));
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

function basePath(scratchDir: string, sha256: string): string {
  return join(scratchDir, 'base', sha256);
}
