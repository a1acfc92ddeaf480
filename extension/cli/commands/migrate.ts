import { lstat, readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { legacyFile, legacyName } from '../../core/manifests/legacy.ts';
import { migrate } from '../../core/manifests/migration.ts';
import { createManifest, manifestPath } from '../../core/templates/create.ts';
import { BottleError } from '../../core/errors.ts';
import type { Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';

/** `init --migrate [FILE]`: writes the manifests that an old file stands for, all of them or none, over nothing. */
export async function migrateLegacy({ io, out, home }: Context, named: string | undefined): Promise<number> {
  const file = named === undefined ? await legacyFile(home, io.cwd) : resolve(io.cwd, named);
  if (file === undefined) throw new BottleError('not-found', `There is no ${legacyName} to migrate.`, { hint: 'Name the file: bot-bottle init --migrate FILE' });
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BottleError('not-found', `${file} cannot be read.`, { cause });
  });
  const { files, notes } = migrate(file, text);
  const targets = files.map((one) => ({ path: manifestPath(home, one.kind, one.name), text: one.text }));
  for (const { path } of targets) {
    if ((await lstat(path).catch(() => undefined)) !== undefined) throw new BottleError('conflict', `${path} is there already; nothing was migrated.`, { hint: 'Move it away, or take its entry out of the old file.' });
  }
  const written: string[] = [];
  try {
    for (const target of targets) {
      if (!(await createManifest(target.path, target.text))) throw new BottleError('conflict', `${target.path} appeared meanwhile; nothing was migrated.`);
      written.push(target.path);
    }
  } catch (thrown) {
    for (const path of written) await rm(path, { force: true });
    throw thrown;
  }
  out.result({ file, written, notes }, written.map((path) => `written\t${visibleLine(path)}`).join('\n'));
  for (const note of notes) out.say(note);
  out.say(`${visibleLine(file)} was read and left as it is; nothing reads it from here on.`);
  return exitStatus.done;
}
