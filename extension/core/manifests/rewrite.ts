import { link, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stateRoot } from '../bottle/stateFolder.ts';
import { BottleError, toBottleError } from '../errors.ts';
import { writeAtomic } from '../files/atomic.ts';
import { exclusively } from '../files/exclusive.ts';
import { readFound } from './find.ts';
import type { ManifestText } from './folder.ts';
import type { Renaming, TextEdit } from './language/rename.ts';

/** The longest that a change of a manifest waits for others, ms. */
const turnMs = 30_000;

interface Rewriting {
  readonly before: ManifestText;
  readonly border: string;
  readonly text: string;
}

/**
 * Writes a manifest over the text it had when it was read; a reader sees the one or the other. A link stays a link, and
 * the mode stays. Of several at once in the same home one writes. Throws `conflict` when the file changed meanwhile, `busy`
 * when others do not come to an end.
 */
export async function rewriteManifest(home: string, before: ManifestText, border: string, text: string): Promise<void> {
  await inTurn(home, () => write({ before, border, text }));
}

/**
 * Gives a manifest its new name, in its file and wherever it is named, and the text of `own` if there is one; all of it or
 * nothing. `border` is the folder that a file's link must not leave. Returns the files that name it and were rewritten.
 * Throws `conflict` when any of them is not what the renaming was made from, and `busy`.
 */
export async function renameManifest(home: string, renaming: Renaming, border: (path: string) => string, own?: Pick<Rewriting, 'before' | 'text'>): Promise<readonly string[]> {
  const { edits, texts, file } = renaming;
  return inTurn(home, async () => {
    const paths = [...new Set(edits.map((edit) => edit.path))].filter((path) => path !== file.from);
    const mentions = await Promise.all(
      paths.map(async (path): Promise<Rewriting> => {
        const before = await readFound({ path, border: border(path) });
        if (before.text !== texts.get(path)) throw changed(path);
        return { before, border: border(path), text: withEdits(before.text, edits.filter((edit) => edit.path === path)) };
      }),
    );
    const from = { path: file.from, border: border(file.from) };
    const before = await readFound(from);
    if (own !== undefined && before.sha256 !== own.before.sha256) throw changed(file.from);
    const text = own?.text ?? before.text;
    const itself: Rewriting = { before: { ...before, path: file.to }, border: from.border, text };
    await link(file.from, file.to).catch((cause: unknown) => {
      throw new BottleError('conflict', `${file.to} cannot be made; nothing was renamed.`, { hint: 'Is there a file of that name already?', cause });
    });
    const written: Rewriting[] = [];
    try {
      for (const one of text === before.text ? mentions : [itself, ...mentions]) {
        await write(one);
        written.push(one);
      }
      // A link has its new text here already.
      if (![before.text, text].includes((await readFound(from)).text)) throw changed(file.from);
      await rm(file.from);
    } catch (thrown) {
      throw await undone(thrown, written, itself);
    }
    return paths;
  });
}

/** Puts the texts back that are still ours and takes the new name away; the error to throw then, which names the others. */
async function undone(thrown: unknown, written: readonly Rewriting[], itself: Rewriting): Promise<unknown> {
  const left: string[] = [];
  for (const { before, border, text } of written) {
    const { path } = before;
    const put = async (): Promise<void> => {
      const now = await readFound({ path, border });
      if (now.text !== text) throw changed(path);
      await write({ before: now, border, text: before.text });
    };
    await put().catch(() => left.push(path));
  }
  if (!left.includes(itself.before.path)) {
    const { path, text } = itself.before;
    const now = await readFound({ path, border: itself.border }).catch(() => undefined);
    if (now?.text === text) await rm(path, { force: true });
    else left.push(path);
  }
  if (left.length === 0) return thrown;
  const { code, message, hint, cause } = toBottleError(thrown);
  return new BottleError(code, message, { hint: `${hint === '' ? '' : `${hint} `}Changed meanwhile, so not put back: ${left.join(', ')}.`, cause });
}

async function write({ before, border, text }: Rewriting): Promise<void> {
  const now = await readFound({ path: before.path, border });
  if (now.sha256 !== before.sha256) throw changed(before.path);
  const real = await realpath(before.path);
  await writeAtomic(real, text, (await stat(real)).mode & 0o777);
}

/** The lock is not beside the manifest: a folder of a workspace is not ours to leave files in. */
async function inTurn<T>(home: string, work: () => Promise<T>): Promise<T> {
  const folder = stateRoot(home);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const signal = AbortSignal.timeout(turnMs);
  let began = false;
  const turn = async (): Promise<T> => {
    began = true;
    return work();
  };
  return exclusively(join(folder, 'manifests.lock'), signal, turn).catch((cause: unknown) => {
    if (began || !signal.aborted) throw cause;
    throw new BottleError('busy', 'Another process changes manifests and does not come to an end; nothing was written.', { hint: 'Try it again.', cause });
  });
}

function changed(path: string): BottleError {
  return new BottleError('conflict', `${path} was changed meanwhile and is left as it is.`, { hint: 'Look at it, then make your change again.' });
}

/** Ranges belong to the text before, so the last one is made first. */
function withEdits(text: string, edits: readonly TextEdit[]): string {
  const last = [...edits].sort((a, b) => b.range.start - a.range.start);
  return last.reduce((result, { range, text: put }) => result.slice(0, range.start) + put + result.slice(range.end), text);
}
