/** One `name=value` of a query, decoded once. Without a `=` the value is empty. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
}

/**
 * The parameters of a query (with its `?`), percent escapes and `+` decoded exactly once, in their order. undefined where
 * two servers could read it in two ways: `;`, which some take for a separator, broken or overlong escapes, bytes that are
 * no UTF-8, one name in two spellings. An empty piece (`a=1&`) is a parameter without a name.
 */
export function queryParameters(query: string): readonly Parameter[] | undefined {
  const text = query.replace(/^\?/, '');
  if (text === '') return [];
  if (text.includes(';')) return undefined;
  const spellings = new Map<string, string>();
  const parameters: Parameter[] = [];
  for (const piece of text.split('&')) {
    const [written = ''] = piece.split('=', 1);
    const [name, value] = [decoded(written), decoded(piece.slice(written.length + 1))];
    if (name === undefined || value === undefined) return undefined;
    if ((spellings.get(name) ?? written) !== written) return undefined;
    spellings.set(name, written);
    parameters.push({ name, value });
  }
  return parameters;
}

/** ECMA-262 `decodeURIComponent` throws on broken escapes and on everything that is not well-formed UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
