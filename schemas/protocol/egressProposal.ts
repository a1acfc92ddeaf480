import type { LogLine } from './egressLog.ts';

/** What of a route a refusal asks to be widened. */
export type Widening = 'route' | 'match' | 'fetch' | 'plaintext' | 'address' | 'websocket' | 'encodedSlash';

/** Clauses of refusals that a route could turn into a yes; every other refusal stands whatever the routes are. */
const widenings: readonly (readonly [clause: RegExp, Widening])[] = [
  [/^routes$/, 'route'],
  [/^routes\[\d+\]\.matches$/, 'match'],
  [/^routes\[\d+\]\.git\.fetch$/, 'fetch'],
  [/^routes\[\d+\]\.encoded_slash$/, 'encodedSlash'],
  [/^plaintext$/, 'plaintext'],
  [/^address$/, 'address'],
  [/^upgrade$|^routes\[\d+\]\.websocket$/, 'websocket'],
];

/** Which change of the routes would let a refused request pass; undefined when none would. */
export function wideningFor(line: Pick<LogLine, 'verdict' | 'host' | 'port' | 'clause' | 'event'>): Widening | undefined {
  const { clause } = line;
  if (line.verdict !== 'block' || line.event !== undefined || clause === undefined || line.host === '' || line.port === 0) return undefined;
  return widenings.find(([pattern]) => pattern.test(clause))?.[1];
}
