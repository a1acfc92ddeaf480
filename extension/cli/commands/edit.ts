import { BottleError } from '../../core/errors.ts';
import { findManifests, type FoundManifest } from '../../core/manifests/find.ts';
import { oneOf } from '../choice.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { byOptions, isByOptions, isForBottles } from '../edit/byOptions.ts';
import { inEditor } from '../edit/inEditor.ts';
import { isInteractive } from '../io.ts';
import { askLine } from '../question.ts';

const kinds = ['agent', 'bottle'] as const;

export const edit: Command = {
  name: 'edit',
  usage: 'NAME [--kind agent|bottle] [--add-route HOST] [--remove-route HOST] [--remove-env NAME] [--rename NEW]',
  summary: 'Open an agent or bottle in VISUAL or EDITOR, on a copy that is checked before it is saved; or change it by options, comments kept.',
  options: {
    kind: { type: 'string' },
    'add-route': { type: 'string', multiple: true },
    'remove-route': { type: 'string', multiple: true },
    'remove-env': { type: 'string', multiple: true },
    rename: { type: 'string' },
  },
  words: [1, 1],
  takesRest: false,
  run: async (context, args) => {
    const found = await manifestMeant(context, args);
    return isByOptions(args) ? byOptions(context, found, args) : inEditor(context, found);
  },
};

/** The one manifest of the name; where an agent and a bottle share it, the option, the changes or the person decide. */
async function manifestMeant({ io, home }: Context, args: Arguments): Promise<FoundManifest> {
  const [name = ''] = args.words;
  const all = await findManifests(home, io.cwd, name);
  const kind = oneOf('--kind', args.text('kind'), kinds) ?? (isForBottles(args) ? 'bottle' : undefined);
  const [first, second] = kind === undefined ? all : all.filter((one) => one.kind === kind);
  if (first === undefined) throw new BottleError('manifest-missing', `There is no ${kind ?? 'manifest'} "${name}".`, { hint: `${all.map((one) => one.path).join(', ')} is ${kind === 'agent' ? 'a bottle' : 'an agent'}.` });
  if (second === undefined) return first;
  const both = { hint: 'Say which: --kind agent or --kind bottle.' };
  if (!isInteractive(io)) throw new BottleError('usage', `There are an agent and a bottle "${name}".`, both);
  const answer = (await askLine(io, `There are an agent and a bottle "${name}". Which one, agent (a) or bottle (b)? `)).trim();
  const chosen = all.find((one) => answer !== '' && one.kind.startsWith(answer));
  if (chosen === undefined) throw new BottleError('cancelled', 'Nothing was opened.', both);
  return chosen;
}
