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
    const status = await rounds(context, found, before, { folder, path: copy, edit: () => runEditor(io, editor, copy) });
    if (status === exitStatus.refused) context.out.say(`Your text is in ${copy}.`);
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

async function rounds(context: Context, found: FoundManifest, before: ManifestText, copy: Copy): Promise<number> {
  const { io, out } = context;
  const language = languageHere(context);
  const end = (saved: boolean, problems: readonly EditProblem[]): void => {
    const { kind, name, path } = found;
    out.result({ kind, name, path, saved, problems }, `${saved ? 'saved' : 'kept'}\t${visibleLine(path)}`);
  };
  for (;;) {
    await copy.edit();
    const { text } = await readFound({ path: copy.path, border: copy.folder });
    const problems = await problemsOf(language, found, text);
    for (const one of problems) io.stderr.write(`${visibleLine(problemLine(one))}\n`);
    if (text === before.text) {
      end(false, problems);
      return exitStatus.done;
    }
    const answer = isBroken(problems) ? (await askLine(io, 'Edit again (e), save it with these errors (s), or leave the manifest as it was (Enter)? ')).trim() : 's';
    if (answer === 's') {
      await rewriteManifest(before, found.border, text);
      end(true, problems);
      if (found.origin === 'workspace') out.say('It is an agent of the workspace: its next start asks for your agreement again.');
      return isBroken(problems) ? exitStatus.dataError : exitStatus.done;
    }
    if (answer !== 'e') {
      end(false, problems);
      return exitStatus.refused;
    }
  }
}
