import { BottleError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';

export const apply: Command = {
  name: 'apply',
  usage: 'SLUG [PATH...] [--all] [--allow-risky]',
  summary: 'Take changes to the host workspace. Conflicts are never overwritten, risky files need --allow-risky.',
  options: { all: { type: 'boolean' }, 'allow-risky': { type: 'boolean' } },
  words: [1, Number.POSITIVE_INFINITY],
  takesRest: false,
  run: async ({ out, bottles }, args) => {
    const [slug = '', ...paths] = args.words;
    if (args.flag('all') === paths.length > 0) {
      throw new BottleError('usage', 'Say what to take: paths, or --all.', { hint: `bot-bottle changes ${slug} lists what there is.` });
    }
    const result = await bottles.apply(slug, { paths: args.flag('all') ? 'all' : paths, allowRisky: args.flag('allow-risky') });
    const lines = [
      ...result.applied.map((path) => `applied\t${visibleLine(path)}`),
      ...result.left.map(({ path, reason }) => `left\t${visibleLine(path)}\t${visibleLine(reason)}`),
    ];
    out.result({ slug, ...result }, lines.join('\n'));
    return result.left.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
