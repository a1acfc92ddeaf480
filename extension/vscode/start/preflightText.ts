import type { Plan } from '../../../schemas/protocol/bottle.ts';
import type { Translate } from '../words.ts';
import { preflight } from './preflight.ts';

/** The plan as a text that can be searched and kept: the same sections as before a start. */
export function preflightText(plan: Plan, t: Translate): string {
  const sections = preflight(plan, t).map(({ title, lines }) => [title, ...lines.map(({ label, description }) => `  ${[label, description].filter((part) => part !== '').join('  ')}`)].join('\n'));
  return `${[t('Dry run of {0}: nothing was started.', plan.agent), ...sections].join('\n\n')}\n`;
}
