import { accepted, refused } from './result.ts';
import type { Result } from './result.ts';

/** Parameters of RFC 3492 section 5. */
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_CODE = 0x80;

/** A label has at most 63 characters, so no honest delta comes near this. */
const LARGEST_DELTA = 0x7fffffff;

const digits = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Unicode text as Punycode (RFC 3492), without the `xn--` in front. Lower case. */
export function encodePunycode(text: string): string {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const basic = codes.filter((code) => code < FIRST_CODE);
  let output = basic.length === 0 ? '' : `${String.fromCharCode(...basic)}-`;
  let code = FIRST_CODE;
  let delta = 0;
  let bias = FIRST_BIAS;
  let handled = basic.length;
  while (handled < codes.length) {
    const next = Math.min(...codes.filter((each) => each >= code));
    delta += (next - code) * (handled + 1);
    code = next;
    for (const each of codes) {
      if (each < code) delta++;
      if (each !== code) continue;
      output += variableLength(delta, bias);
      bias = adapted(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
    delta++;
    code++;
  }
  return output;
}

function variableLength(delta: number, bias: number): string {
  let output = '';
  let rest = delta;
  for (let k = BASE; ; k += BASE) {
    const threshold = thresholdAt(k, bias);
    if (rest < threshold) return output + digits.charAt(rest);
    output += digits.charAt(threshold + ((rest - threshold) % (BASE - threshold)));
    rest = Math.floor((rest - threshold) / (BASE - threshold));
  }
}

/** The text behind Punycode, which comes without its `xn--`. Refuses what no encoder writes. */
export function decodePunycode(text: string): Result<string> {
  const mark = text.lastIndexOf('-');
  const codes = Array.from(mark < 0 ? '' : text.slice(0, mark), (character) => character.charCodeAt(0));
  if (codes.some((code) => code >= FIRST_CODE)) return refused('Punycode is ASCII');
  let code = FIRST_CODE;
  let index = 0;
  let bias = FIRST_BIAS;
  for (let at = mark + 1; at < text.length; ) {
    const before = index;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = digits.indexOf(text.charAt(at++).toLowerCase() || ' ');
      if (digit < 0) return refused('not Punycode');
      index += digit * weight;
      const threshold = thresholdAt(k, bias);
      if (index > LARGEST_DELTA || weight > LARGEST_DELTA) return refused('not Punycode');
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const length = codes.length + 1;
    bias = adapted(index - before, length, before === 0);
    code += Math.floor(index / length);
    index %= length;
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return refused('not Punycode');
    codes.splice(index++, 0, code);
  }
  return accepted(String.fromCodePoint(...codes));
}

function thresholdAt(k: number, bias: number): number {
  return Math.min(T_MAX, Math.max(T_MIN, k - bias));
}

function adapted(delta: number, length: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? DAMP : 2));
  rest += Math.floor(rest / length);
  let k = 0;
  while (rest > ((BASE - T_MIN) * T_MAX) / 2) {
    rest = Math.floor(rest / (BASE - T_MIN));
    k += BASE;
  }
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}
