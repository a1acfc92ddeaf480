import { Terminal } from '@xterm/headless';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { random } from '../../../test/support/random.ts';
import { TerminalFilter } from './filter.ts';

/** What reads a stream in xterm.js, at once, without the queue in front of it. */
interface InputHandler {
  readonly _parser: Parser;
  parse(data: string | Uint8Array): void | Promise<boolean>;
}

/** Its part that is told about every sequence nobody handles, and its state; 0 is plain text. */
interface Parser {
  readonly currentState: number;
  setOscHandlerFallback(told: (id: number, action: string, data: unknown) => void): void;
  setDcsHandlerFallback(told: (id: number, action: string) => void): void;
  setCsiHandlerFallback(told: (id: number) => void): void;
}

/** Sequences of xterm.js that reach beyond the screen, by the end of their CSI. */
const refusedCsi = [{ final: 't' }, { final: 'i' }, { final: 'x' }, { prefix: '=', final: 'c' }, { prefix: '?', final: 'S' }];

/** A terminal that writes down everything a stream does to it beyond its screen. */
class Witness {
  readonly #terminal = new Terminal({ cols: 40, rows: 10, allowProposedApi: true, logLevel: 'off', windowOptions: { getWinTitle: true, getWinSizeChars: true, pushTitle: true } });
  readonly #input: InputHandler;
  readonly seen: string[] = [];

  constructor() {
    const { parser } = this.#terminal;
    const note = (what: string): true => (this.seen.push(what), true);
    this.#input = inputOf(this.#terminal);
    this.#terminal.onTitleChange((title) => note(`title ${title}`));
    // What queries have typed back holds no character of the stream, only numbers.
    this.#terminal.onData((data) => /^\x1b\[[?>]?[0-9;]*(?:\$y|[cnR])$/.test(data) || note(`typed ${JSON.stringify(data)}`));
    this.#input._parser.setOscHandlerFallback((id, action, data) => {
      if (action === 'END') note(`osc ${id} ${String(data)}`);
    });
    this.#input._parser.setDcsHandlerFallback((id, action) => note(`dcs ${id} ${action}`));
    for (const id of [0, 1, 2, 7, 9, 52, 99, 133, 633, 777, 1337]) parser.registerOscHandler(id, (data) => note(`osc ${id} ${data}`));
    for (const id of [4, 10, 11, 12]) parser.registerOscHandler(id, (data) => data.includes('?') && note(`osc ${id} ${data}`));
    parser.registerOscHandler(8, (data) => !/^[\x21-\x3a\x3c-\x7e]*;(?:https?:\/\/[\x21-\x7e]+)?$/i.test(data) && note(`link ${data}`));
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, (data) => note(`DECRQSS ${data}`));
    for (const id of refusedCsi) parser.registerCsiHandler(id, () => note(`csi ${JSON.stringify(id)}`));
  }

  /** Reads these pieces; false when it is left within a sequence. */
  reads(pieces: readonly (string | Uint8Array)[]): boolean {
    for (const piece of pieces) if (this.#input.parse(piece) !== undefined) throw new Error('xterm.js went on without being waited for.');
    return this.#input._parser.currentState === 0;
  }

  end(): void {
    this.#terminal.dispose();
  }
}

/** The reader behind the public one, which has no way to ask for what nobody registered. */
function inputOf(terminal: Terminal): InputHandler {
  const { _core: core } = terminal as unknown as { readonly _core: { readonly _inputHandler: InputHandler } };
  return core._inputHandler;
}

type Next = (limit: number) => number;

function cutAnywhere(bytes: Uint8Array, next: Next): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + next(12);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function filtered(pieces: readonly Uint8Array[]): Buffer {
  const filter = new TerminalFilter();
  return Buffer.concat(pieces.map((piece) => Buffer.from(filter.push(piece))));
}

const raw = (...bytes: number[]): Buffer => Buffer.from(bytes);

/** Beginnings, ends and insides of what must not pass, in every form a parser knows them in. */
const fragments: readonly Uint8Array[] = [
  ...[
    ...['\x1b', '\x1b[', '\x1b]', '\x1bP', '\x1b_', '\x1b^', '\x1bX', '\x1bk', '\x1b\\', '\x1b(', '\x1b#', '\x1b%@', '\x1b G', '\x1bZ', '\x1bc', '[', ']', 'P'],
    ...['\x07', '\x18', '\x1a', '\x05', '\0', '\n', '\r', '\x1f', '\x7f'],
    ...Array.from({ length: 32 }, (_, index) => String.fromCharCode(0x80 + index)),
    ...['\u009b', '\u009d', '\u0090', '\u009c', '\u009b', '\u009d', '\u0090', '\u009e', '\u009f', '\u0098'],
    ...['4;1;red', '10;white', '11;#123456', '104', '110', '4;1;rgb:ff/00/00', '4;1;?', '10;?', '8;;https://a.b/', '8;id=x;', '8;;file:///x'],
    ...['0;TITLE', '2;t', '52;c;Y3VybA==', '52;c;?', '633;E;rm -rf /', '133;A', '1337;File=:', '9;hi', '777;notify;a;b', '99;;x', '7;file:///'],
    ...['$q', '$qm', 'q', '+q544e', '=1s', 'tmux;', 'Gf=100;'],
    ...['21t', '18t', '14t', '5i', '1x', '0c', 'c', '>c', '=c', '6n', '5n', '?6n', '?1;1;0S', '?2026$p', '>0q', '?u', '?2l', '?1h', '$w', '1$u', '62;0"p', '&u', '1;1*y'],
    ...['31m', '2J', ' ', ';', ':', '?', '>', '=', '<', '!', '$', '"', "'", '0', '1', '9', 'm', 'h', 'l', 't'],
    ...['text', 'é', '─', '🍾', '日', '\u00a0', '\ufeff', '\u200b', '\u2028'],
  ].map((text) => Buffer.from(text)),
  ...[raw(0xc2), raw(0xe2), raw(0xe2, 0x82), raw(0xf0, 0x9f), raw(0xc0, 0x9b), raw(0xc1), raw(0xe0, 0x80, 0x9b), raw(0xff), raw(0xf5)],
  ...[raw(0x9b), raw(0x9d), raw(0x90), raw(0x9c), raw(0xed, 0xa0, 0x80), raw(0xf0, 0x80, 0x82, 0x9b), raw(0xf4, 0x90, 0x80, 0x80), raw(0xef, 0xbb)],
];

const st = '\x1b\\';

/** Streams that once reached a terminal, or are of the same kin. */
const named: readonly (readonly [string, string])[] = [
  ['clipboard behind a colour', '\x1b]4;1;red\u009d52;c;Y3VybCBldmlsfHNo\x07'],
  ['shell integration behind a colour', '\x1b]4;1;red\u009d633;E;rm -rf /\x07'],
  ['a title behind a colour', '\x1b]4;1;red\u009d0;TITLE\x07'],
  ['a status request behind a colour', '\x1b]4;1;red\u0090$qm\u009c'],
  ['a window report behind a colour', '\x1b]11;red\u009b21t\x07'],
  ['a title behind a reset of colours', `\x1b]104;\u009d2;t${st}`],
  ['a title behind a link', '\x1b]8;;https://a.b/\u009d0;TITLE\x07'],
  ['a title behind the options of a link', '\x1b]8;id=\u009d0;TITLE\x07'],
  ['a title in a title', '\x1b]0;a\u009d0;b\x07'],
  ['a status request in a swallowed string', `\x1b_G\u0090$qm${st}`],
  ['8-bit controls within a control sequence', '\x1b[3\u009d0;t\x07'],
  ['8-bit controls after intermediates', '\x1b[3 \u009d0;t\x07\x1b(\u009d0;t\x07'],
  ['8-bit controls after ESC', '\x1b\u009d0;t\x07\x1b\u0090$qm\u009c\x1b\u009b21t'],
  ['ESC within an 8-bit string', `\u009d4;1;red\x1b]0;t\x07\u009d4;1;red\x1bP$qm${st}`],
  ['what tmux would pass on', `\x1bPtmux;\x1b\x1b]52;c;aGk=\x07${st}`],
];

describe('what passes the filter, on a real terminal', () => {
  let witness: Witness;
  beforeEach(() => void (witness = new Witness()));
  afterEach(() => witness.end());

  test('control: the witness sees each of the named streams when nothing filters them', () => {
    for (const [name, text] of named) {
      witness.seen.length = 0;
      witness.reads([text]);
      expect(witness.seen, name).not.toEqual([]);
    }
  });

  test.each(named)('%s reaches nothing, however it is cut', (_name, text) => {
    for (let size = 1; size <= 5; size++) {
      const bytes = Buffer.from(text);
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
      expect(witness.reads([filtered(pieces)])).toBe(true);
      expect(witness.seen).toEqual([]);
    }
  });

  test('hostile streams reach nothing and leave no sequence open, however they are cut', () => {
    const next = random(20_090_303).below;
    for (let round = 0; round < 5000; round++) {
      const stream = Buffer.concat(Array.from({ length: 2 + next(24) }, () => fragments[next(fragments.length)] ?? raw()));
      const out = filtered(cutAnywhere(stream, next));
      const told = `round ${round}: ${JSON.stringify(stream.toString('latin1'))}`;
      expect(filtered([stream]).equals(out), told).toBe(true);
      expect(filtered([out]).equals(out), told).toBe(true);
      expect(Buffer.from(out.toString('utf8')).equals(out), told).toBe(true);
      expect(witness.reads([out.toString('utf8'), ...cutAnywhere(out, next)]), told).toBe(true);
      expect(witness.seen, told).toEqual([]);
    }
  }, 60_000);
});
