import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BottleError, toBottleError } from '../../core/errors.ts';
import { readFound, type FoundManifest } from '../../core/manifests/find.ts';
import { readManifest, type ManifestText } from '../../core/manifests/folder.ts';
import { rewriteManifest } from '../../core/manifests/rewrite.ts';
import type { Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { isInteractive } from '../io.ts';
import { askLine } from '../question.ts';
import { visibleLine } from '../text/visible.ts';
import { editorOf, runEditor } from './editor.ts';
import { isBroken, languageHere, problemLine, problemsOf, type EditProblem } from './problems.ts';

/** An editor that ends sooner, with nothing changed, may only have handed the file to a window. Milliseconds. */
const atOnceMs = 2_000;

/** Lets a person edit a copy of a manifest until it is right or they give up; only then the manifest is touched. */
export async function inEditor(context: Context, found: FoundManifest): Promise<number> {
  const { io } = context;
  const editor = editorOf(io.env);
  const lacks = editor === undefined ? 'VISUAL and EDITOR are not set' : !isInteractive(io) ? 'there is no terminal to edit on' : undefined;
  if (editor === undefined || lacks !== undefined) {
    throw new BottleError('usage', `${found.path} cannot be opened: ${lacks ?? ''}.`, { hint: 'Set VISUAL or EDITOR and run this on a terminal, or say the change with --add-route, --remove-route, --remove-env or --rename.' });
  }
  const before = await readFound(found);
  const folder = await mkdtemp(join(tmpdir(), 'bot-bottle-edit-'));
  const copy = join(folder, `${found.name}.md`);
  const isTouched = async (): Promise<boolean> => (await readManifest(copy, folder).catch(() => null))?.text !== before.text;
  try {
    await writeFile(copy, before.text, { mode: 0o600 });
    let tookMs = 0;
    const edit = async (): Promise<void> => {
      const began = performance.now();
      await runEditor(io, editor, copy);
      tookMs = performance.now() - began;
    };
    const { status, saved } = await rounds(context, found, before, { folder, path: copy, edit });
    if (status === exitStatus.refused) context.out.say(`Your text is in ${copy}.`);
    else if (!saved && tookMs < atOnceMs) context.out.say(`The editor ended at once, with nothing changed. In case a window of it still has ${copy} open, that file is kept, but nothing more is taken from it: such an editor may need --wait in VISUAL or EDITOR.`);
    else await rm(folder, { recursive: true });
    return status;
  } catch (thrown) {
    if (!(await isTouched())) await rm(folder, { recursive: true });
    else {
      // What somebody typed is not lost to a mistake of ours or to somebody else's edit.
      const { code, message, hint, cause } = toBottleError(thrown);
      throw new BottleError(code, message, { hint: `${hint === '' ? '' : `${hint} `}Your text is in ${copy}.`, cause });
    }
    throw thrown;
  }
}

interface Copy {
  readonly folder: string;
  readonly path: string;
  edit(): Promise<void>;
}

async function rounds(context: Context, found: FoundManifest, before: ManifestText, copy: Copy): Promise<{ readonly status: number; readonly saved: boolean }> {
  const { io, out } = context;
  const language = languageHere(context);
  const end = (status: number, saved: boolean, problems: readonly EditProblem[]): { readonly status: number; readonly saved: boolean } => {
    const { kind, name, path } = found;
    out.result({ kind, name, path, saved, problems }, `${saved ? 'saved' : 'kept'}\t${visibleLine(path)}`);
    return { status, saved };
  };
  for (;;) {
    await copy.edit();
    const { text } = await readFound({ path: copy.path, border: copy.folder });
    const problems = await problemsOf(language, found, text);
    for (const one of problems) io.stderr.write(`${visibleLine(problemLine(one))}\n`);
    if (text === before.text) return end(exitStatus.done, false, problems);
    const answer = isBroken(problems) ? (await askLine(io, 'Edit again (e), save it with these errors (s), or leave the manifest as it was (Enter)? ')).trim() : 's';
    if (answer === 's') {
      await rewriteManifest(context.home, before, found.border, text);
      const ended = end(isBroken(problems) ? exitStatus.dataError : exitStatus.done, true, problems);
      if (found.origin === 'workspace') out.say('It is an agent of the workspace: its next start asks for your agreement again.');
      return ended;
    }
    if (answer !== 'e') return end(exitStatus.refused, false, problems);
  }
}
