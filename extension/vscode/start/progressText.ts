/** What the core reports while it starts a bottle. */
export interface StartStep {
  readonly name: string;
  readonly fraction?: number;
  readonly bytes?: number;
  readonly detail?: string;
}

/** A step in one line: its name, how much of it is done, and what it is at. */
export function stepText(step: StartStep): string {
  const amount = step.bytes === undefined ? '' : byteText(step.bytes);
  const share = step.fraction === undefined ? '' : `${Math.round(Math.min(Math.max(step.fraction, 0), 1) * 100)} %`;
  return [step.name, share, amount, step.detail ?? ''].filter((part) => part !== '').join(' · ');
}

/** Bytes for people: three digits at most and a decimal unit. */
export function byteText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
