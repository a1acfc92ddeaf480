import { bytesOf, decodedBytes, textOf } from './utf8.ts';

/** As often encoded as this is nobody's honest text; each further round would cost the whole length again. */
const MOST_ROUNDS = 5;

/**
 * The text after each round of decoding, itself first; undefined when it is encoded more often than anybody reads it. Rounds
 * go over bytes, so that a character of which only some bytes are escaped twice is still found.
 */
function decodings(text: string): readonly [string, ...string[]] | undefined {
  const rounds: [string, ...string[]] = [text];
  for (let before = bytesOf(text); rounds.length <= MOST_ROUNDS; ) {
    const after = decodedBytes(before);
    if (after === before) return rounds;
    rounds.push(textOf(after));
    before = after;
  }
  return undefined;
}

/** The last of these; the text itself when there is no last. */
function decodedFully(text: string): string {
  return decodings(text)?.at(-1) ?? text;
}

function withoutParameters(path: string): string {
  return path.replace(/;[^/]*/g, '');
}

/** As servers read a path that forgive a slash too many. */
function collapsed(path: string): string {
  return path.replace(/[/\\]+/g, '/').replace(/\/$/, '');
}

/** As servers read a path that cut path parameters off, too. */
function tidied(path: string): string {
  return collapsed(withoutParameters(path));
}

/** As servers read it that take a decoded `?` or `#` for the end, or files of Windows for it: dots and spaces at an end are none. */
function bare(path: string): string {
  // Only where a run begins: a search that starts anew at every dot would be quadratic.
  return collapsed(withoutParameters(path.replace(/[?#].*$/s, '')).replace(/(?<![. ])[. ]+(?=[/\\]|$)/g, ''));
}

/**
 * The form in which a rule on paths is held against `places`: decoded as often as possible, in lower case, without path
 * parameters, doubled slashes and the slash at its end. `/` is the empty text. The path must be canonical.
 */
export function lenientPath(path: string): string {
  return tidied(decodedFully(path)).toLowerCase();
}

/** Every place at which some server may look for a canonical path, in the form of `lenientPath`. */
export function places(path: string): readonly string[] {
  // What ends where a parameter is cut depends on whether that is done before or after a slash is decoded.
  const early = (decodings(path) ?? [path]).flatMap((text) => [text, withoutParameters(text), withoutParameters(text.replaceAll('\\', '/'))]);
  const texts = new Set([...new Set(early)].map(decodedFully));
  return [...new Set([...texts].flatMap((text) => [tidied(text), bare(text)]).map((text) => text.toLowerCase()))];
}

/** Every form of a canonical path that some server may see, for expressions: after each round of decoding, as it is and tidied. */
export function pathReadings(path: string): readonly string[] {
  const forms = (decodings(path) ?? [path]).flatMap((text) => [text, text.replaceAll('\\', '/'), tidied(text), `${tidied(text)}/`, bare(text), `${bare(text)}/`]);
  return [...new Set(forms.flatMap((text) => [text, ...recased(text)]))];
}

/** An expression for paths has escapes where letters are not ASCII, and "any case" does not reach into these. */
function recased(text: string): readonly string[] {
  return /[^\x00-\x7f]/.test(text) ? [encodeURI(text.toLowerCase()), encodeURI(text.toUpperCase())] : [];
}

/**
 * Every form of a parameter's name in which some framework finds it, for comparison with those of another: decoded again, in
 * any case, `a[]`, `a[0]`, `[a]` and `a]` as `a`, and what no variable is named with as `_`. undefined when nobody can say
 * what some server makes of it: encoded too often, or with a control character, at which some end it.
 */
export function nameReadings(name: string): ReadonlySet<string> | undefined {
  const rounds = decodings(name);
  if (rounds === undefined || rounds.some((text) => /[\x00-\x1f]/.test(text))) return undefined;
  return new Set(
    rounds
      .map((text) => text.trim().toLowerCase())
      .flatMap((text) => [text, text.replace(/^[[\] ]+/, '')])
      .flatMap((text) => [text, text.replace(/(?<!\])\]+$/, ''), text.replace(/(?<=.)[[\]].*$/s, '')])
      .map((text) => text.replace(/[. +[]/g, '_')),
  );
}

/** The form of a header's name in which gateways find it that turn names into variables. */
export function lenientHeaderName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Lists in honest headers and parameters are shorter; each part is held against every rule. */
const MOST_PARTS = 1000;

/**
 * Every form of a value that some server may see: as it is, decoded again, `+` as a space, and each part of a list. undefined
 * when nobody can say: there are too many, or a NUL ends it for some.
 */
export function valueReadings(value: string): readonly string[] | undefined {
  const whole = decodings(value);
  if (whole?.some((text) => text.includes('\0')) !== false) return undefined;
  const all = whole.flatMap((text) => [text, ...text.split(/[,;]/)]);
  return all.length > MOST_PARTS ? undefined : [...new Set(all.flatMap((text) => [text, text.replaceAll('+', ' ')]).flatMap((text) => [text, text.trim()]))];
}
