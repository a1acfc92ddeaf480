import { sep } from 'node:path';
import { addRoute, removeEnv, removeRoute, type Edited } from '../../../schemas/manifest/edit.ts';
import { BottleError } from '../../core/errors.ts';
import { readFound, type FoundManifest } from '../../core/manifests/find.ts';
import { renameManifest, rewriteManifest } from '../../core/manifests/rewrite.ts';
import type { Arguments, Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';
import { isBroken, languageHere, problemLine, problemsOf } from './problems.ts';

/** The changes of a bottle's text that an option stands for, in the order they are made. */
const changes: Readonly<Record<string, (text: string, value: string) => Edited>> = {
  'remove-route': removeRoute,
  'add-route': (text, host) => addRoute(text, { host }),
  'remove-env': removeEnv,
};

/** Whether the command line says what to change. */
export function isByOptions(args: Arguments): boolean {
  return args.text('rename') !== undefined || isForBottles(args);
}

/** Whether only a bottle can be changed like this. */
export function isForBottles(args: Arguments): boolean {
  return Object.keys(changes).some((option) => args.texts(option).length > 0);
}

/** Makes the changes that the options say, all of them or none; comments and order stay. Nothing broken is written. */
export async function byOptions(context: Context, found: FoundManifest, args: Arguments): Promise<number> {
  const { io, out, home } = context;
  const language = languageHere(context);
  const before = await readFound(found);
  const text = Object.entries(changes).reduce((all, [option, change]) => args.texts(option).reduce((one, value) => done(change(one, value), found), all), before.text);
  const problems = await problemsOf(language, found, text);
  if (text !== before.text && isBroken(problems)) {
    throw new BottleError('manifest-invalid', `${found.path} would not be valid; nothing was written.`, { hint: problems.map(problemLine).join('\n') });
  }
  const to = args.text('rename');
  const renaming = to === undefined ? undefined : await language.rename({ kind: found.kind, name: found.name, path: found.path, range: { start: 0, end: 0 } }, to);
  if (renaming !== undefined && 'refusal' in renaming) throw new BottleError('usage', renaming.refusal, { hint: 'Nothing was written.' });
  const border = (path: string): string => (path.startsWith(`${home}${sep}`) ? home : io.cwd);
  const mentions = renaming === undefined ? [] : await renameManifest(home, renaming, border, { before, text });
  if (renaming === undefined && text !== before.text) await rewriteManifest(home, before, found.border, text);
  const path = renaming?.file.to ?? found.path;
  out.result({ kind: found.kind, name: to ?? found.name, path, saved: true, rewritten: mentions, problems }, [path, ...mentions].map((one) => `saved\t${visibleLine(one)}`).join('\n'));
  for (const one of problems) out.say(problemLine(one));
  return exitStatus.done;
}

function done(edited: Edited, { path }: FoundManifest): string {
  if (edited.ok) return edited.text;
  throw new BottleError('usage', edited.reason, { hint: `${path} is left as it was.` });
}
