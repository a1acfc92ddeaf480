import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { starters } from './starters.ts';
import type { StarterName } from './starters.ts';

/** Writes a starter's two files where they do not exist. Returns the bottle's path and what was written. */
export async function writeStarter(home: string, name: StarterName): Promise<{ readonly bottle: string; readonly written: readonly string[] }> {
  const bottle = join(home, 'bottles', `${name}.md`);
  const files = [
    { path: bottle, text: starters[name].bottle },
    { path: join(home, 'agents', `${name}.md`), text: starters[name].agent },
  ];
  const written: string[] = [];
  for (const { path, text } of files) if (await createOnly(path, text)) written.push(path);
  return { bottle, written };
}

async function createOnly(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw cause;
  }
}
