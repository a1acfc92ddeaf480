import type { EndReason } from '../../schemas/protocol/bottle.ts';
import type { InitConfig } from '../../schemas/protocol/bottleInit.ts';
import type { Terminal } from './terminal.ts';

/** The least time between two measurements of the disk, and how many times as long as one took. */
const measureMs = 1_000;
const measureShare = 10;
/** A disk that cannot be measured for so long counts as full. */
const unmeasuredMs = 30_000;

const words: Readonly<Record<EndReason, string>> = {
  session_time: 'The time that resources.session_time gives is over and the agent was ended.',
  idle_time: 'The agent was idle for as long as resources.idle_time allows and was ended.',
  disk: 'The agent wrote more into its workspace than resources.disk allows and was ended.',
};

/** What is watched, and how. */
export interface Watched {
  readonly limits: Pick<InitConfig['limits'], 'sessionMs' | 'idleMs' | 'diskBytes'>;
  readonly terminal: Pick<Terminal, 'quietMs' | 'say'>;
  /** Bytes that the agent has added; asked only where the disk is bounded. */
  readonly used: () => Promise<number>;
}

/**
 * Ends the agent once, when its time is over, when nothing moved on its terminal for too long or when it wrote too much,
 * and says so there first. Returns what ends the watch. The agent cannot reach the process that watches.
 */
export function endAtLimits({ limits: { sessionMs, idleMs, diskBytes }, terminal, used }: Watched, end: (reason: EndReason) => void): () => void {
  const timers = new Set<NodeJS.Timeout>();
  let isOver = false;
  const after = (ms: number, then: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      then();
    }, ms);
    timers.add(timer);
  };
  const stop = (): void => {
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
  };
  const over = (reason: EndReason): void => {
    stop();
    terminal.say(`[bot-bottle] ${words[reason]} Its changes are kept.`);
    end(reason);
  };
  const look = (limit: number): void => {
    const left = limit - terminal.quietMs;
    if (left <= 0) over('idle_time');
    else after(left, () => look(limit));
  };
  const measure = async (limit: number, lastMs: number): Promise<void> => {
    const began = performance.now();
    const bytes = await used().catch(() => undefined);
    if (isOver) return;
    const now = performance.now();
    if (bytes === undefined ? now - lastMs > unmeasuredMs : bytes > limit) return over('disk');
    after(Math.max(measureMs, (now - began) * measureShare), () => void measure(limit, bytes === undefined ? lastMs : now));
  };
  if (sessionMs !== undefined) after(sessionMs, () => over('session_time'));
  if (idleMs !== undefined) look(idleMs);
  if (diskBytes !== undefined) after(measureMs, () => void measure(diskBytes, performance.now()));
  return stop;
}
