import { link, realpath, rm, stat } from 'node:fs/promises';
import { BottleError } from '../errors.ts';
import { writeAtomic } from '../files/atomic.ts';
import { readFound } from './find.ts';
import type { ManifestText } from './folder.ts';
import type { Renaming, TextEdit } from './language/rename.ts';

/**
 * Writes a manifest over the text it had when it was read; a reader sees the one or the other. A link stays a link, and
 * the mode stays. Throws `conflict` when the file changed meanwhile.
 */
export async function rewriteManifest(before: ManifestText, border: string, text: string): Promise<void> {
  const now = await readFound({ path: before.path, border });
  if (now.sha256 !== before.sha256) throw new BottleError('conflict', `${before.path} was changed meanwhile and is left as it is.`, { hint: 'Look at it, then make your change again.' });
  const real = await realpath(before.path);
  await writeAtomic(real, text, (await stat(real)).mode & 0o777);
}

/**
 * Gives a manifest its new name, in its file and wherever it is named; all of it or nothing. `border` is the folder that a
 * file's link must not leave. Returns the files that name it and were rewritten. Throws `conflict`.
 */
export async function renameManifest({ edits, file }: Renaming, border: (path: string) => string): Promise<readonly string[]> {
  const paths = [...new Set(edits.map((edit) => edit.path))].filter((path) => path !== file.from);
  const befores = await Promise.all(paths.map((path) => readFound({ path, border: border(path) })));
  await link(file.from, file.to).catch((cause: unknown) => {
    throw new BottleError('conflict', `${file.to} cannot be made; nothing was renamed.`, { hint: 'Is there a file of that name already?', cause });
  });
  const written: ManifestText[] = [];
  try {
    for (const before of befores) {
      await rewriteManifest(before, border(before.path), withEdits(before.text, edits.filter((edit) => edit.path === before.path)));
      written.push(before);
    }
    await rm(file.from);
  } catch (thrown) {
    for (const { path, text } of written) await writeAtomic(await realpath(path), text);
    await rm(file.to, { force: true });
    throw thrown;
  }
  return paths;
}

/** Ranges belong to the text before, so the last one is made first. */
function withEdits(text: string, edits: readonly TextEdit[]): string {
  const last = [...edits].sort((a, b) => b.range.start - a.range.start);
  return last.reduce((result, { range, text: put }) => result.slice(0, range.start) + put + result.slice(range.end), text);
}
