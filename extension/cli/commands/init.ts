import { blanked } from '../../core/templates/blanks.ts';
import { createManifest, manifestPath } from '../../core/templates/create.ts';
import { agentTemplate, isTemplateName, missingProvider, templateNames, type TemplateName, templates } from '../../core/templates/templates.ts';
import { BottleError } from '../../core/errors.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';
import { adopt } from './adopt.ts';
import { migrateLegacy } from './migrate.ts';

export const init: Command = {
  name: 'init',
  usage: '[TEMPLATE] [--name NAME] | --list | --adopt NAME [--yes] | --migrate [FILE]',
  summary: 'Write a bottle and its agent from a template, adopt a bottle that this folder recommends, or turn an old bot-bottle.json into manifests.',
  options: { name: { type: 'string' }, list: { type: 'boolean' }, adopt: { type: 'string' }, yes: { type: 'boolean' }, migrate: { type: 'boolean' } },
  words: [0, 1],
  takesRest: false,
  run: async (context, args) => {
    const adopted = args.text('adopt');
    if (adopted !== undefined) return adopt(context, adopted, args.flag('yes'));
    if (args.flag('migrate')) return migrateLegacy(context, args.words[0]);
    return args.flag('list') ? listTemplates(context) : writeTemplate(context, args);
  },
};

function listTemplates({ out }: Context): number {
  const all = templateNames.map((name) => ({ name, title: templates[name].title, detail: templates[name].detail, missingProvider: missingProvider(name) }));
  out.result(all, all.map((one) => `${one.name}\t${one.detail}${one.missingProvider === null ? '' : ` ${waits(one.missingProvider)}`}`).join('\n'));
  return exitStatus.done;
}

/** Writes the two files where they are not; existing ones are named and left alone. */
async function writeTemplate({ out, home }: Context, args: Arguments): Promise<number> {
  const template = templateOf(args.words[0] ?? 'shell');
  const name = args.text('name') ?? template;
  const files = [
    { path: manifestPath(home, 'bottles', name), text: templates[template].bottle },
    { path: manifestPath(home, 'agents', name), text: agentTemplate(name, templates[template].prompt) },
  ];
  const written: string[] = [];
  const kept: string[] = [];
  for (const { path, text } of files) ((await createManifest(path, blanked(text).text)) ? written : kept).push(path);
  out.result({ template, name, written, kept }, [...written.map((path) => `written\t${visibleLine(path)}`), ...kept.map((path) => `kept\t${visibleLine(path)}`)].join('\n'));
  const blanks = new Set(files.flatMap(({ text }) => blanked(text).blanks.map((blank) => blank.says)));
  const missing = missingProvider(template);
  if (missing !== null) out.say(waits(missing));
  if (written.length > 0) out.say(`Look at what fits you: ${[...blanks].join(', ')}.`);
  return exitStatus.done;
}

function templateOf(word: string): TemplateName {
  if (isTemplateName(word)) return word;
  throw new BottleError('usage', `There is no template "${word}".`, { hint: `Templates: ${templateNames.join(', ')}.` });
}

function waits(provider: string): string {
  return `It cannot be started with this version, which does not have the provider ${provider}.`;
}
