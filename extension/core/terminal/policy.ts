/**
 * Which complete control sequences a person's terminal gets to see. Only what is known passes, spelled in printable
 * ASCII: terminals disagree on everything else, and inside of a sequence some of them read a character as a new one.
 *
 * What passes may have the terminal type back its kind, the cursor's position or a mode's state: fixed text and numbers,
 * never a word of the agent's. Programs ask for these to learn what they may use. Answers that hold colours, titles,
 * settings or the clipboard are never asked for.
 */

type Accepts = (params: string) => boolean;

const modes = (names: string): Accepts => {
  const known = new Set(names.split(' '));
  return (params) => params.split(';').every((name) => known.has(name));
};
const numbers: Accepts = () => true;
const one: Accepts = (params) => /^[0-9]+$/.test(params);
const zero: Accepts = (params) => params === '' || params === '0';

/**
 * Private modes: keys, wrapping, cursor, screens, mouse, focus, paste, synchronised output, reports of theme and size.
 * Not 2, which leaves ANSI for a language where other sequences print, and not 1001, which waits for an answer.
 */
const privateModes = '1 3 4 5 6 7 8 9 12 25 45 47 66 69 1000 1002 1003 1004 1005 1006 1007 1015 1016 1034 1045 1047 1048 1049 2004 2026 2027 2031 2048';

/** Insert mode and, in the terminals of screen and tmux, a very visible cursor. Not 2, which locks the keyboard. */
const ansiModes = '4 34';

/** CSI sequences, each as prefix, intermediates and final, and the numbers they may have. */
const table: readonly (readonly [names: readonly string[], accepts: Accepts])[] = [
  // Cursor, erasing, inserting, scrolling, tabs, colours, margins.
  [[...'@ABCDEFGHIJKLMPSTXZ`abdefgjkmrsu', '?J', '?K', '?W'], numbers],
  // Cursor shape of the Linux console, where the same without a number would ask something.
  [['?c'], (params) => params !== ''],
  // Cursor shape elsewhere, volume of bells, soft reset, protection, rectangles, columns.
  [[' q', ' @', ' A', ' t', ' u', '!p', '"q', '$r', '$t', '$v', '$x', '$z', '${', "'}", "'~"], numbers],
  // Keyboard protocols: kitty's, and the modifiers of other keys.
  [['?u', '>u', '<u', '=u', '?m', '>m', '>n'], numbers],
  [['h'], modes(ansiModes)],
  [['?h', '?r', '?s'], modes(privateModes)],
  // What else a reset of some terminals leaves.
  [['l'], modes(`${ansiModes} 1 3 5 6`)],
  [['?l'], modes(`${privateModes} 1001`)],
  // Questions: device attributes and version, a mode, status and cursor position, whether the theme is dark.
  [['c', '>c', '>q'], zero],
  [['$p', '?$p'], one],
  [['n'], modes('5 6')],
  [['?n'], modes('6 996')],
];

const sequences = new Map(table.flatMap(([names, accepts]) => names.map((name) => [name, accepts] as const)));

/** Whether `CSI` + body passes. Terminals count, loop and allocate by these numbers, so they are short. */
export function passesCsi(body: string): boolean {
  const parts = /^([<=>?]?)((?:[0-9]{0,5}[:;])*[0-9]{0,5})([ -/]*)([@-~])$/.exec(body);
  if (parts === null) return false;
  const [, prefix = '', params = '', intermediates = '', final = ''] = parts;
  return sequences.get(prefix + intermediates + final)?.(params) ?? false;
}

const color = '(?:#(?:[0-9a-f]{3}){1,4}|rgb:[0-9a-f]{1,4}(?:/[0-9a-f]{1,4}){2}|[a-z][a-z0-9 ]{0,31})';

/** Colours of palette, text, background, cursor and selection: setting and resetting them, not asking for them. */
const colors = [
  new RegExp(`^[45](?:;[0-9]{1,3};${color})+$`, 'i'),
  new RegExp(`^1[0-9](?:;${color}?)+$`, 'i'),
  /^10[45](?:;[0-9]{1,3})*$/,
  /^11[0-9];?$/,
];

/** A link to the web, or its end, without a character that is not printable. */
const link = /^8;[\x21-\x3a\x3c-\x7e]{0,256};(?:https?:\/\/(?![/\\])[\x21-\x7e]{1,2040})?$/i;

/** Whether `OSC` + body passes: colours, and links to the web. Clipboard, titles, notifications, shell marks do not. */
export function passesOsc(body: string): boolean {
  return link.test(body) || colors.some((grammar) => grammar.test(body));
}

/**
 * Escapes of two and more bytes: character sets, lines and alignment of the VT100, saving and moving the cursor, keypad,
 * tabs, reset, flash. Not those that leave UTF-8, ask who the terminal is, or have it answer in 8 bits.
 */
const escapes = /^(?:[()*+\-./][!-/]?[0-~]|#[34568]|[6-9=><DEHMNOcgno|}~])$/;

export function passesEscape(body: string): boolean {
  return escapes.test(body);
}
