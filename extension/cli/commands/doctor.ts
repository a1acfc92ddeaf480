import type { DoctorCheck } from '../../../schemas/protocol/bottle.ts';
import { BottleError } from '../../core/errors.ts';
import { oneOf, realBackends } from '../choice.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { visibleLine } from '../text/visible.ts';

export const doctor: Command = {
  name: 'doctor',
  usage: '[SLUG] [--backend B] [--bottle SLUG]',
  summary: 'What works on this machine, what does not, and what to do about it. With --bottle: which programs get through the proxy of that bottle, tried from inside.',
  options: { backend: { type: 'string' }, bottle: { type: 'string' } },
  words: [0, 1],
  takesRest: false,
  run: async ({ out, bottles }, args) => {
    const backend = oneOf('--backend', args.text('backend'), realBackends);
    const [slug] = args.words;
    const bottle = args.text('bottle');
    if (bottle !== undefined && (slug !== undefined || backend !== undefined)) {
      throw new BottleError('usage', '--bottle looks at one running bottle and at nothing else.', { hint: 'Leave the other words out: bot-bottle doctor --bottle SLUG' });
    }
    if (bottle !== undefined) out.say(`Trying the programs in ${bottle}; one that keeps trying takes up to a minute.`);
    const report = bottle === undefined ? await bottles.doctor({ ...(backend === undefined ? {} : { backend }), ...(slug === undefined ? {} : { slug }) }) : await bottles.doctorClients(bottle);
    const lines = report.checks.flatMap((check) => [
      `${word(check)} ${check.id}: ${visibleLine(check.detail)}`,
      ...(check.fix === '' ? [] : [`      ${visibleLine(check.fix)}`]),
    ]);
    out.result(report, lines.join('\n'));
    return report.ok ? exitStatus.done : exitStatus.failed;
  },
};

function word({ ok, status }: DoctorCheck): string {
  if (status === 'missing') return 'none:';
  return ok ? 'ok:  ' : 'fail:';
}
