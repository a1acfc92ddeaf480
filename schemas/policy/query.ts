/** One `name=value` of a query, decoded once. Without a `=` the value is empty. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  /** The value where `+` is no space, as in the rest of a URL. */
  readonly literal: string;
}

/** Frameworks drop what comes behind so many (PHP `max_input_vars`, Node `qs`), and not all of them do. */
const MOST_PARAMETERS = 1000;

/**
 * The parameters of a query (with its `?`), percent escapes and `+` decoded exactly once, in their order. undefined where
 * two servers could read it in two ways: `;`, which some take for a separator, broken or overlong escapes, bytes that are
 * no UTF-8, a control character in a name or a NUL in a value (some end there), one name in two spellings, more than a
 * thousand parameters. An empty piece (`a=1&`) is a parameter without a name.
 */
export function queryParameters(query: string): readonly Parameter[] | undefined {
  const text = query.replace(/^\?/, '');
  if (text === '') return [];
  if (text.includes(';')) return undefined;
  const pieces = text.split('&');
  if (pieces.length > MOST_PARAMETERS) return undefined;
  const spellings = new Map<string, string>();
  const parameters: Parameter[] = [];
  for (const piece of pieces) {
    const [written = ''] = piece.split('=', 1);
    const given = piece.slice(written.length + 1);
    const [name, value, literal] = [decoded(spaced(written)), decoded(spaced(given)), decoded(given)];
    if (name === undefined || value === undefined || literal === undefined) return undefined;
    if (/[\x00-\x1f]/.test(name) || value.includes('\0')) return undefined;
    if ((spellings.get(name) ?? written) !== written) return undefined;
    spellings.set(name, written);
    parameters.push({ name, value, literal });
  }
  return parameters;
}

/** ECMA-262 `decodeURIComponent` throws on broken escapes and on everything that is not well-formed UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function spaced(text: string): string {
  return text.replaceAll('+', ' ');
}
