import type { LogEvent, LogLine } from '../../schemas/protocol/egressLog.ts';

/** Time of day with milliseconds, in the reader's time zone. */
export function timeOfDay(ts: string): string {
  const date = new Date(ts);
  if (Number.isNaN(date.getTime())) return ts;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Bytes in at most four characters and a decimal unit. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Milliseconds, or seconds from one second on. */
export function duration(ms: number): string {
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
}

/** Host with its port, left out when it is the usual one. */
export function authority(line: Pick<LogLine, 'host' | 'port'>): string {
  return line.port === 443 || line.port === 0 ? line.host : `${line.host}:${line.port}`;
}

/** HTTP status; a connection that was closed instead has none. */
export function statusText(status: number): string {
  return status === 0 ? '–' : String(status);
}

/** What a row is: a verdict, or what stands for more than one. */
export function kindOf(line: Pick<LogLine, 'verdict' | 'event'>): LogLine['verdict'] | LogEvent {
  return line.event ?? line.verdict;
}

/** Why, without the word that tells the agent who refused: here everything is about egress. */
export function why(line: Pick<LogLine, 'reason'>): string {
  return line.reason.replace(/^egress: /, '');
}
