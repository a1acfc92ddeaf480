/** Longest text field of a log line, in characters. */
const LONGEST = 2048;

/** Query values go: they carry tokens more often than meaning. Keys stay. */
export function withoutQueryValues(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return target;
  const pairs = target.slice(mark + 1).split('&').map((pair) => (pair.includes('=') ? `${pair.slice(0, pair.indexOf('='))}=…` : pair === '' ? '' : '…'));
  return `${target.slice(0, mark)}?${pairs.join('&')}`;
}

/** Makes text from outside fit for a log, at most `longest` characters of it (2,048). */
export type Scrub = (text: string, longest?: number) => string;

/**
 * Secrets replaced in every plain encoding and in any case, anything a terminal or a line reader would act on written as
 * an escape (C0, C1, line and paragraph separators, bidirectional controls), length capped.
 */
export function scrubber(secrets: readonly string[]): Scrub {
  const hide = hider(secrets);
  return (text, longest = LONGEST) => {
    // Far behind the cap nothing is shown, so nothing has to be looked for there.
    const plain = hide(text.slice(0, 4 * LONGEST)).replace(/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]/g, escaped);
    return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
  };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Case does not count: hosts are lower-cased before they get here. */
function hider(secrets: readonly string[]): Scrub {
  const needles = secrets.flatMap(spellings).sort((a, b) => b.length - a.length);
  if (needles.length === 0) return (text) => text;
  const any = new RegExp(needles.map((needle) => needle.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'gi');
  return (text) => text.replace(any, '[credential]');
}

/** As it is, as a URL writes it, in hex, and in base64 wherever it stands in what was encoded. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((shift) => aligned(bytes, shift)).filter((text) => text.length >= 8);
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([secret, encodeURIComponent(secret), bytes.toString('hex'), ...base64, ...url])].filter((text) => text !== '');
}

/** The base64 characters that depend on `bytes` alone when `shift` other bytes stand before them. */
function aligned(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const whole = Math.floor(((shift + bytes.length) * 8) / 6);
  return text.slice(Math.ceil((shift * 8) / 6), whole);
}
