import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';

export const discard: Command = {
  name: 'discard',
  usage: 'SLUG PATH...',
  summary: 'Throw changes away in the bottle; the host workspace is not touched.',
  options: {},
  words: [2, Number.POSITIVE_INFINITY],
  takesRest: false,
  run: async ({ out, bottles }, args) => {
    const [slug = '', ...paths] = args.words;
    await bottles.discard(slug, paths);
    out.result({ slug, discarded: paths }, paths.map((path) => `discarded\t${visibleLine(path)}`).join('\n'));
    return exitStatus.done;
  },
};
