import { BottleError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { isInteractive } from '../io.ts';
import { askYes } from '../question.ts';
import { visibleLine } from '../text/visible.ts';

export const cleanup: Command = {
  name: 'cleanup',
  usage: '[--yes]',
  summary: 'Remove what broken or interrupted bottles of this home left behind. Running bottles are not touched.',
  options: { yes: { type: 'boolean' } },
  words: [0, 0],
  takesRest: false,
  run: async ({ io, out, bottles }, args) => {
    if (!args.flag('yes')) {
      if (!isInteractive(io)) throw new BottleError('usage', 'Cleaning up removes things, and there is no terminal to ask on.', { hint: 'Agree with --yes.' });
      if (!(await askYes(io, 'Remove leftovers of bottles that do not run any more?'))) throw new BottleError('refused', 'Nothing was removed.');
    }
    const removed = await bottles.sweep();
    out.result({ removed }, removed.map((one) => `removed\t${visibleLine(one)}`).join('\n'));
    if (removed.length === 0) out.say('Nothing was left behind.');
    return exitStatus.done;
  },
};
