import type { BottleSummary } from '../../../schemas/protocol/bottle.ts';
import { bottleTitle } from '../terminal/appearance.ts';
import type { Translate } from '../words.ts';

/** Words of the status-bar item. */
export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly spoken: string;
  /** A running bottle's egress was closed by an incident. */
  readonly alarm: boolean;
}

/** What the status bar says of the bottles; `starting` counts starts in progress in this window. */
export function statusText(bottles: readonly BottleSummary[], starting: number, t: Translate): StatusText {
  const running = bottles.filter((bottle) => bottle.state === 'running');
  const waiting = bottles.filter((bottle) => bottle.state === 'exited').length;
  const lines = [
    ...running.map((bottle) => [bottleTitle(bottle), ...remarks(bottle, t)].join(': ')),
    ...(waiting === 0 ? [] : [waiting === 1 ? t('1 ended bottle waits for review') : t('{0} ended bottles wait for review', waiting)]),
  ];
  const closed = running.filter((bottle) => bottle.incident !== undefined).length;
  const alarm = closed > 0;
  const icon = starting > 0 ? '$(sync~spin)' : alarm ? '$(warning)' : '$(beaker)';
  const count = running.length === 1 ? t('1 bottle') : t('{0} bottles', running.length);
  const idle = running.length === 0 && starting === 0;
  return {
    text: starting > 0 ? `${icon} ${t('Starting agent')}` : idle ? `${icon} ${t('Bottle')}` : `${icon} ${running.length}`,
    tooltip: lines.length === 0 ? t('No bottle is running. Click to start an agent.') : lines.join('\n'),
    spoken: starting > 0 ? t('Bot Bottle: starting an agent') : idle ? t('Bot Bottle: no bottle is running') : alarm ? t('Bot Bottle: {0} running, egress closed after an incident: {1}', count, closed) : t('Bot Bottle: {0} running', count),
    alarm,
  };
}

/** What is worth knowing of a running bottle besides its name. */
function remarks({ incident, blocked }: BottleSummary, t: Translate): readonly string[] {
  if (incident !== undefined) return [t('egress closed, it sent bait')];
  return blocked === 0 ? [] : [t('{0} blocked', blocked)];
}
