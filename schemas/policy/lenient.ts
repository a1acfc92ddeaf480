/** Every `%XX` as the character of its byte, as often as there are any. */
function decodedFully(text: string): readonly string[] {
  const rounds = [text];
  for (let before = text; ; ) {
    const after = before.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    if (after === before) return rounds;
    rounds.push(after);
    before = after;
  }
}

/** As servers read a path that cut path parameters off and forgive a slash too many. */
function tidied(path: string): string {
  return path.replace(/;[^/]*/g, '').replace(/[/\\]+/g, '/').replace(/\/$/, '');
}

/**
 * The one form of a path in which the most lenient server sees it: decoded as often as possible, in lower case, without
 * path parameters, doubled slashes and the slash at its end. `/` is the empty text.
 */
export function lenientPath(path: string): string {
  return tidied(decodedFully(path).at(-1) ?? path).toLowerCase();
}

/** Every form of a path that some server may see, for expressions: after each round of decoding, as it is and tidied. */
export function pathReadings(path: string): readonly string[] {
  return [...new Set(decodedFully(path).flatMap((text) => [text, text.replaceAll('\\', '/'), tidied(text), `${tidied(text)}/`]))];
}

/**
 * The form of a parameter's name in which frameworks find it under another one: decoded again, in any case, `a[]` and
 * `a[0]` as `a`, dots and spaces as `_`.
 */
export function lenientName(name: string): string {
  const plain = (decodedFully(name).at(-1) ?? name).trim().toLowerCase();
  return plain.replace(/(?<=.)\[.*$/s, '').replace(/[. ]/g, '_');
}

/** The form of a header's name in which gateways find it that turn names into variables. */
export function lenientHeaderName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Every form of a value that some server may see: as it is, decoded again, and each part of a list. */
export function valueReadings(value: string): readonly string[] {
  const whole = decodedFully(value);
  return [...new Set([...whole, ...whole.flatMap((text) => text.split(/[,;]/))].flatMap((text) => [text, text.trim()]))];
}
