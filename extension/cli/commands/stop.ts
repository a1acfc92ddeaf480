import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';

export const stop: Command = {
  name: 'stop',
  usage: 'SLUG [--keep | --discard-changes]',
  summary: 'End a bottle. Unreviewed changes stay for review; --keep keeps the rest too, --discard-changes nothing.',
  options: { keep: { type: 'boolean' }, 'discard-changes': { type: 'boolean' } },
  words: [1, 1],
  takesRest: false,
  run: async ({ out, bottles }, args) => {
    const slug = args.words[0] ?? '';
    await bottles.stop(slug, { keep: args.flag('keep'), discardChanges: args.flag('discard-changes') });
    const left = (await bottles.list()).find((one) => one.slug === slug);
    out.result({ slug, state: left === undefined ? 'removed' : left.state }, '');
    out.say(left === undefined ? `${slug} is gone.` : `${slug} has ended; its changes wait for review: bot-bottle changes ${slug}`);
    return exitStatus.done;
  },
};
