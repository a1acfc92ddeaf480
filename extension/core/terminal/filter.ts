import { passesCsi, passesEscape, passesOsc } from './policy.ts';

/** Longest CSI sequence that is waited for, in bytes. */
const longestCsi = 256;

/** Longest OSC sequence that may pass, in bytes; longer ones are swallowed. */
const longestOsc = 4096;

/** After this many bytes a string that never ends is over: what follows is text again. */
const longestString = 1024 * 1024;

const esc = 0x1b;
const bel = 0x07;
const enq = 0x05;

/** Introducers after ESC of strings that never pass: DCS, SOS, PM, APC and the window name of screen. */
const strings = new Set([...'PX^_k'].map((letter) => letter.charCodeAt(0)));

/** 8-bit controls, in UTF-8, that stand for an ESC and the letter 0x40 below. Others are dropped. */
const upperControls = new Set([0x84, 0x85, 0x88, 0x8d, 0x8e, 0x8f, 0x90, 0x98, 0x9b, 0x9d, 0x9e, 0x9f]);

/** 1 where plain text ends: escapes, the answerback request, everything beyond ASCII. */
const special = Uint8Array.from({ length: 256 }, (_, byte) => (byte === esc || byte === enq || byte >= 0x80 ? 1 : 0));

/** What the bytes at a place are: pass or drop so many, swallow a string after them, or wait for more. */
type Step =
  | { readonly kind: 'pass' | 'drop' | 'swallow'; readonly length: number }
  /** The same sequence in its 7-bit form. */
  | { readonly kind: 'replace'; readonly length: number; readonly bytes: Uint8Array }
  | { readonly kind: 'wait' };

const waiting: Step = { kind: 'wait' };

/**
 * Makes an agent's terminal output harmless for the person's terminal. Colours, cursor, screens, mouse, paste and
 * keyboard modes pass untouched; what reaches beyond the screen (clipboard, title, shell integration, notifications,
 * links to anything but the web, reports that type back more than numbers) is taken out, and so is what nobody knows.
 * What is passed on is well-formed text without 8-bit controls, and complete sequences in 7-bit form: chunks may be cut
 * anywhere, and any terminal reads what was decided upon here. One instance per stream.
 */
export class TerminalFilter {
  private held = new Uint8Array();
  /** Bytes that a string being swallowed may still have; 0 outside of one. */
  private swallowing = 0;

  /** The harmless part of the next bytes. The result may be a view of `chunk`. */
  push(chunk: Uint8Array): Uint8Array {
    const data = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const out: Uint8Array[] = [];
    let run = 0;
    let at = 0;
    while (at < data.length) {
      if (this.swallowing > 0) {
        at = run = this.swallow(data, at);
        if (this.swallowing > 0) break;
        continue;
      }
      while (at < data.length && special[data[at] ?? 0] === 0) at++;
      if (at >= data.length) break;
      const step = stepAt(data, at);
      if (step.kind === 'wait') break;
      if (step.kind !== 'pass') {
        if (at > run) out.push(data.subarray(run, at));
        if (step.kind === 'replace') out.push(step.bytes);
        if (step.kind === 'swallow') this.swallowing = longestString;
        run = at + step.length;
      }
      at += step.length;
    }
    if (this.swallowing === 0 && at > run) out.push(data.subarray(run, at));
    this.held = Uint8Array.from(data.subarray(at));
    return out.length === 1 ? (out[0] ?? this.held) : Buffer.concat(out);
  }

  /** Goes on in a string and returns the place after what it used up. `swallowing` is 0 once the string is over. */
  private swallow(data: Uint8Array, from: number): number {
    for (let at = from; at < data.length; at++) {
      const byte = data[at] ?? 0;
      // The second half of an end may still be on its way.
      if ((byte === esc || byte === 0xc2) && at + 1 === data.length) return at;
      const after = endOfString(data, at);
      if (after === undefined && --this.swallowing > 0) continue;
      this.swallowing = 0;
      return after ?? at + 1;
    }
    return data.length;
  }
}

/**
 * The place after the end of a string, if it ends here: BEL, CAN, SUB, ST, or a control that starts something else. The
 * latter is any 8-bit control too, as for the parser of vt100.net, which xterm.js and others follow.
 */
function endOfString(data: Uint8Array, at: number): number | undefined {
  const byte = data[at];
  if (byte === bel || byte === 0x18 || byte === 0x1a) return at + 1;
  if (byte === esc) return data[at + 1] === 0x5c ? at + 2 : at;
  const second = byte === 0xc2 ? (data[at + 1] ?? 0) : 0;
  if (second < 0x80 || second > 0x9f) return undefined;
  return second === 0x9c ? at + 2 : at;
}

function stepAt(data: Uint8Array, at: number): Step {
  const byte = data[at] ?? 0;
  if (byte === enq) return { kind: 'drop', length: 1 };
  if (byte !== esc) return upperStep(data, at);
  const next = data[at + 1];
  return next === undefined ? waiting : sequenceStep(data, at + 2, 2, next);
}

/** A sequence whose introducer, `length` bytes before `body`, stands for ESC and `letter`. */
function sequenceStep(data: Uint8Array, body: number, length: number, letter: number): Step {
  if (letter === 0x5b) return csiStep(data, body, length);
  if (letter === 0x5d) return oscStep(data, body, length);
  if (strings.has(letter)) return { kind: 'swallow', length };
  return escapeStep(data, body - 1, length - 1);
}

/** `ESC` with intermediates and a final byte. What breaks the form loses its ESC, and so is text. */
function escapeStep(data: Uint8Array, from: number, before: number): Step {
  let at = from;
  while (at < data.length && at - from < 3 && (data[at] ?? 0) >= 0x20 && (data[at] ?? 0) <= 0x2f) at++;
  const final = data[at];
  if (final === undefined) return waiting;
  if (final < 0x30 || final > 0x7e) return { kind: 'drop', length: before };
  const length = before + at + 1 - from;
  return { kind: passesEscape(latin(data, from, at + 1)) ? 'pass' : 'drop', length };
}

function csiStep(data: Uint8Array, from: number, before: number): Step {
  let at = from;
  while (at < data.length && (data[at] ?? 0) >= 0x30 && (data[at] ?? 0) <= 0x3b) at++;
  const plain = data[at] === 0x6d;
  while (at < data.length && (data[at] ?? 0) >= 0x20 && (data[at] ?? 0) <= 0x3f) at++;
  if (at - from > longestCsi) return { kind: 'drop', length: before };
  const final = data[at];
  if (final === undefined) return waiting;
  if (final < 0x40 || final > 0x7e) return { kind: 'drop', length: before };
  const length = before + at + 1 - from;
  // The most common sequence by far, colours, needs no closer look.
  if (plain && data[from - before] === esc) return { kind: 'pass', length };
  const body = latin(data, from, at + 1);
  if (!passesCsi(body)) return { kind: 'drop', length };
  if (data[from - before] === esc) return { kind: 'pass', length };
  return { kind: 'replace', length, bytes: Buffer.from(`\x1b[${body}`, 'latin1') };
}

function oscStep(data: Uint8Array, from: number, before: number): Step {
  const limit = Math.min(data.length, from + longestOsc);
  for (let at = from; at < limit; at++) {
    const byte = data[at] ?? 0;
    if ((byte === esc || byte === 0xc2) && at + 1 === data.length) return waiting;
    const after = endOfString(data, at);
    if (after === undefined) continue;
    const length = before + after - from;
    const cancelled = byte === 0x18 || byte === 0x1a || after === at;
    const body = latin(data, from, at);
    if (cancelled || !passesOsc(body)) return { kind: 'drop', length };
    return { kind: 'replace', length, bytes: Buffer.from(`\x1b]${body}${byte === bel ? '\x07' : '\x1b\\'}`, 'latin1') };
  }
  return limit === data.length ? waiting : { kind: 'swallow', length: before };
}

/** A character beyond ASCII: whole and well formed it passes, as an 8-bit control it is one, anything else is dropped. */
function upperStep(data: Uint8Array, at: number): Step {
  const lead = data[at] ?? 0;
  const size = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (size === 0) return { kind: 'drop', length: 1 };
  for (let index = 1; index < size; index++) {
    const byte = data[at + index];
    if (byte === undefined) return waiting;
    if ((byte & 0xc0) !== 0x80 || (index === 1 && !isSecond(lead, byte))) return { kind: 'drop', length: index };
  }
  const second = data[at + 1] ?? 0;
  if (lead !== 0xc2 || second > 0x9f) return { kind: 'pass', length: size };
  return upperControls.has(second) ? upperControl(data, at + 2, second - 0x40) : { kind: 'drop', length: 2 };
}

function upperControl(data: Uint8Array, body: number, letter: number): Step {
  if (letter === 0x5b || letter === 0x5d || strings.has(letter)) return sequenceStep(data, body, 2, letter);
  return { kind: 'replace', length: 2, bytes: Uint8Array.of(esc, letter) };
}

/** Rules out overlong forms, surrogates and what lies beyond Unicode. */
function isSecond(lead: number, byte: number): boolean {
  if (lead === 0xe0) return byte >= 0xa0;
  if (lead === 0xed) return byte <= 0x9f;
  if (lead === 0xf0) return byte >= 0x90;
  return lead !== 0xf4 || byte <= 0x8f;
}

function latin(data: Uint8Array, from: number, to: number): string {
  return Buffer.from(data.buffer, data.byteOffset + from, to - from).toString('latin1');
}
