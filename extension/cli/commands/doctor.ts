import { backendNames } from '../../../schemas/protocol/bottle.ts';
import { oneOf } from '../choice.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';

export const doctor: Command = {
  name: 'doctor',
  usage: '[SLUG] [--backend B]',
  summary: 'What works on this machine, what does not, and what to do about it.',
  options: { backend: { type: 'string' } },
  words: [0, 1],
  takesRest: false,
  run: async ({ out, bottles }, args) => {
    const backend = oneOf('--backend', args.text('backend'), backendNames);
    const slug = args.words[0];
    const report = await bottles.doctor({ ...(backend === undefined ? {} : { backend }), ...(slug === undefined ? {} : { slug }) });
    const lines = report.checks.flatMap((check) => [
      `${check.ok ? 'ok:  ' : 'fail:'} ${check.id}: ${visibleLine(check.detail)}`,
      ...(check.fix === '' ? [] : [`      ${visibleLine(check.fix)}`]),
    ]);
    out.result(report, lines.join('\n'));
    return report.ok ? exitStatus.done : exitStatus.failed;
  },
};
