/** As often encoded as this is nobody's honest text; each further round would cost the whole length again. */
const MOST_ROUNDS = 5;

/** The text after each round of decoding, itself first; undefined when it is encoded more often than anybody reads it. */
function decodings(text: string): readonly [string, ...string[]] | undefined {
  const rounds: [string, ...string[]] = [text];
  for (let before = text; rounds.length <= MOST_ROUNDS; ) {
    const after = before.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    if (after === before) return rounds;
    rounds.push(after);
    before = after;
  }
  return undefined;
}

/** The last of these; the text itself when there is no last. */
function decodedFully(text: string): string {
  return decodings(text)?.at(-1) ?? text;
}

/** As servers read a path that cut path parameters off and forgive a slash too many. */
function tidied(path: string): string {
  return path.replace(/;[^/]*/g, '').replace(/[/\\]+/g, '/').replace(/\/$/, '');
}

/**
 * The one form of a path in which the most lenient server sees it: decoded as often as possible, in lower case, without
 * path parameters, doubled slashes and the slash at its end. `/` is the empty text. The path must be canonical.
 */
export function lenientPath(path: string): string {
  return tidied(decodedFully(path)).toLowerCase();
}

/** Every form of a canonical path that some server may see, for expressions: after each round of decoding, as it is and tidied. */
export function pathReadings(path: string): readonly string[] {
  return [...new Set((decodings(path) ?? [path]).flatMap((text) => [text, text.replaceAll('\\', '/'), tidied(text), `${tidied(text)}/`]))];
}

/**
 * The form of a parameter's name in which frameworks find it under another one: decoded again, in any case, `a[]` and
 * `a[0]` as `a`, dots and spaces as `_`.
 */
export function lenientName(name: string): string {
  return decodedFully(name).trim().toLowerCase().replace(/(?<=.)\[.*$/s, '').replace(/[. ]/g, '_');
}

/** The form of a header's name in which gateways find it that turn names into variables. */
export function lenientHeaderName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Lists in honest headers and parameters are shorter; each part is held against every rule. */
const MOST_PARTS = 1000;

/**
 * Every form of a value that some server may see: as it is, decoded again, and each part of a list. undefined when there are
 * so many that nobody can say.
 */
export function valueReadings(value: string): readonly string[] | undefined {
  const whole = decodings(value);
  const all = whole?.flatMap((text) => [text, ...text.split(/[,;]/)]);
  return all === undefined || all.length > MOST_PARTS ? undefined : [...new Set(all.flatMap((text) => [text, text.trim()]))];
}

/** Whether a name is encoded so often that nobody can say what some server makes of it. */
export function isTooDeep(name: string): boolean {
  return decodings(name) === undefined;
}
