/** What a complete control sequence would do to the person's terminal decides whether it passes. */

/** CSI sequences with intermediate bytes that only draw or shape the cursor, as intermediates plus final byte. */
const drawing = new Set([' q', ' @', ' A', ' t', ' u', '!p', '"q', '$p', '$r', '$t', '$v', '$x', '$z', '${', "'}", "'~"]);

/**
 * Finals without intermediates that do not pass: `t` moves windows and reports titles, `i` prints, `x` reports settings.
 */
const refusedFinals = new Set(['t', 'i', 'x']);

/** The same with their private prefix: graphics settings and the unit's identity, both typed back. */
const refusedPrivate = new Set(['?S', '=c']);

/** Whether `CSI` + body passes. Cursor position and device attributes are asked by every TUI and stay. */
export function passesCsi(body: string): boolean {
  const parts = /^([<=>?]*)[0-9:;<=>?]*([ -/]*)([@-~])$/.exec(body);
  if (parts === null) return false;
  const [, prefix = '', intermediates = '', final = ''] = parts;
  if (intermediates !== '') return drawing.has(intermediates + final);
  return !refusedFinals.has(final) && !refusedPrivate.has(prefix + final);
}

/** Colours of palette, text, background, cursor and selection: setting them passes, asking for them does not. */
const colors = /^(?:4|5|1[0-9]|10[45]|11[0-9])(?:;|$)/;

/** Longest address of a link. */
const longestLink = 2048;

/** Whether `OSC` + body passes: colours, and links to the web. Clipboard, titles, notifications, shell marks do not. */
export function passesOsc(body: string): boolean {
  if (colors.test(body)) return !body.split(';').includes('?');
  const link = /^8;([^;]*);(.*)$/s.exec(body);
  if (link === null) return false;
  const [, options = '', address = ''] = link;
  if (!/^[\x21-\x7e]{0,256}$/.test(options)) return false;
  return address === '' || (address.length <= longestLink && /^https?:\/\/[^/\s\\]/i.test(address) && !/[^\x21-\x7e]/.test(address));
}

/** Two- and three-byte escapes that do not pass: leaving UTF-8 (`%`) and 8-bit replies (space). */
export function passesEscape(body: string): boolean {
  return !body.startsWith('%') && !body.startsWith(' ');
}
