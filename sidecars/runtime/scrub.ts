/** Longest text field of a log line, in characters. */
const LONGEST = 2048;

/** Query values go: they carry tokens more often than meaning. Keys stay. */
export function withoutQueryValues(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return target;
  const pairs = target.slice(mark + 1).split('&').map((pair) => (pair.includes('=') ? `${pair.slice(0, pair.indexOf('='))}=…` : pair === '' ? '' : '…'));
  return `${target.slice(0, mark)}?${pairs.join('&')}`;
}

/**
 * Text from outside made fit for a log: secrets replaced, anything a terminal or a line reader would act on written as
 * an escape (C0, C1, line and paragraph separators, bidirectional controls), length capped.
 */
export function scrub(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((result, secret) => result.replaceAll(secret, '[credential]').replaceAll(encodeURIComponent(secret), '[credential]'), text);
  const plain = hidden.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}
