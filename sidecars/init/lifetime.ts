import type { InitConfig } from '../../schemas/protocol/bottleInit.ts';
import type { Terminal } from './terminal.ts';

/**
 * Ends the agent when its time is over or when nothing moved on its terminal for too long, and says so there first.
 * Returns what ends the watch. The agent cannot reach the process that keeps this time.
 */
export function endInTime({ sessionMs, idleMs }: Pick<InitConfig['limits'], 'sessionMs' | 'idleMs'>, terminal: Pick<Terminal, 'quietMs' | 'say'>, end: () => void): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const after = (ms: number, then: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      then();
    }, ms);
    timers.add(timer);
  };
  const over = (words: string): void => {
    for (const timer of timers) clearTimeout(timer);
    terminal.say(words);
    end();
  };
  const look = (limit: number): void => {
    const left = limit - terminal.quietMs;
    if (left <= 0) over('[bot-bottle] The agent was idle for as long as resources.idle_time allows and was ended. Its changes are kept.');
    else after(left, () => look(limit));
  };
  if (sessionMs !== undefined) after(sessionMs, () => over('[bot-bottle] The time that resources.session_time gives is over and the agent was ended. Its changes are kept.'));
  if (idleMs !== undefined) look(idleMs);
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}
