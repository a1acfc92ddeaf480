import { resolve } from 'node:path';
import { BottleError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { readListing } from '../listing.ts';
import { visibleLine } from '../text/visible.ts';

export const apply: Command = {
  name: 'apply',
  usage: 'SLUG [PATH...] [--all] [--allow-risky] [--seen FILE]',
  summary:
    'Take changes to the host workspace. Conflicts are never overwritten, risky files need --allow-risky. An agent that runs may change a file after you looked: with --seen only what `changes SLUG --save FILE` showed is taken.',
  options: { all: { type: 'boolean' }, 'allow-risky': { type: 'boolean' }, seen: { type: 'string' } },
  words: [1, Number.POSITIVE_INFINITY],
  takesRest: false,
  run: async ({ io, out, bottles }, args) => {
    const [slug = '', ...paths] = args.words;
    if (args.flag('all') === paths.length > 0) {
      throw new BottleError('usage', 'Say what to take: paths, or --all.', { hint: `bot-bottle changes ${slug} lists what there is.` });
    }
    const listing = args.text('seen');
    const result = await bottles.apply(slug, {
      paths: args.flag('all') ? 'all' : paths,
      allowRisky: args.flag('allow-risky'),
      ...(listing === undefined ? {} : { seen: await readListing(resolve(io.cwd, listing), slug) }),
    });
    const lines = [
      ...result.applied.map((path) => `applied\t${visibleLine(path)}`),
      ...result.left.map(({ path, reason }) => `left\t${visibleLine(path)}\t${visibleLine(reason)}`),
    ];
    out.result({ slug, ...result }, lines.join('\n'));
    return result.left.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
