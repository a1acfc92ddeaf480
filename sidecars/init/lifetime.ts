import type { EndReason } from '../../schemas/protocol/bottle.ts';
import type { InitConfig } from '../../schemas/protocol/bottleInit.ts';
import type { Terminal } from './terminal.ts';

/** The least time between two measurements of the disk, and how many times as long as one took. */
const measureMs = 1_000;
const measureShare = 10;
/** A disk that cannot be measured for so long counts as full. Also the longest pause between two measurements. */
const unmeasuredMs = 30_000;
const unmeasured = 'What the agent wrote into its workspace could not be measured for half a minute, so nothing holds it to resources.disk, and it was ended.';

const words: Readonly<Record<EndReason, string>> = {
  session_time: 'The time that resources.session_time gives is over and the agent was ended.',
  idle_time: 'The agent was idle for as long as resources.idle_time allows and was ended.',
  disk: 'The agent wrote more into its workspace than resources.disk allows and was ended.',
};

/** What is watched, and how. */
export interface Watched {
  readonly limits: Pick<InitConfig['limits'], 'sessionMs' | 'idleMs' | 'diskBytes'>;
  readonly terminal: Pick<Terminal, 'quietMs' | 'say'>;
  /** Bytes that the agent has added; asked only where the disk is bounded. Need not settle. */
  readonly used: () => Promise<number>;
}

/**
 * Ends the agent once, when its time is over, when nothing moved on its terminal for too long or when it wrote too much,
 * and says so there first. Returns what ends the watch. The agent cannot reach the process that watches.
 */
export function endAtLimits({ limits: { sessionMs, idleMs, diskBytes }, terminal, used }: Watched, end: (reason: EndReason) => void): () => void {
  const timers = new Set<NodeJS.Timeout>();
  let isOver = false;
  const after = (ms: number, then: () => void): (() => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      then();
    }, ms);
    timers.add(timer);
    return () => {
      clearTimeout(timer);
      timers.delete(timer);
    };
  };
  const stop = (): void => {
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
  };
  const over = (reason: EndReason, why = words[reason]): void => {
    stop();
    terminal.say(`[bot-bottle] ${why} Its changes are kept.`);
    end(reason);
  };
  const look = (limit: number): void => {
    const left = limit - terminal.quietMs;
    if (left <= 0) over('idle_time');
    else after(left, () => look(limit));
  };
  // `since`: when the first of the measurements began that gave nothing up to here. How long one takes is in the agent's hands.
  const measure = async (limit: number, began: number, since: number): Promise<void> => {
    const inTime = after(since + unmeasuredMs - began, () => over('disk', unmeasured));
    const bytes = await used().catch(() => undefined);
    if (isOver) return;
    if (bytes === undefined && performance.now() - since >= unmeasuredMs) return over('disk', unmeasured);
    inTime();
    if (bytes === undefined) return void after(measureMs, () => void measure(limit, performance.now(), since));
    if (bytes > limit) return over('disk');
    after(Math.min(unmeasuredMs, Math.max(measureMs, (performance.now() - began) * measureShare)), () => first(limit));
  };
  const first = (limit: number): void => {
    const began = performance.now();
    void measure(limit, began, began);
  };
  if (sessionMs !== undefined) after(sessionMs, () => over('session_time'));
  if (idleMs !== undefined) look(idleMs);
  if (diskBytes !== undefined) after(measureMs, () => first(diskBytes));
  return stop;
}
