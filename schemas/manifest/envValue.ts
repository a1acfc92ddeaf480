/** Where the value of an environment variable of the agent comes from. */
export type EnvValue =
  /** Written in the manifest; reaches the agent unchanged. */
  | { readonly kind: 'literal'; readonly value: string }
  /** Asked for silently at launch with this text. */
  | { readonly kind: 'prompt'; readonly prompt: string }
  /** Taken from the host variable of this name; an unset one stops the start. */
  | { readonly kind: 'host'; readonly variable: string };

const host = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
const attempt = /^\$\{|^\$[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads one value. `?text` asks with that text, `${NAME}` as the whole value names a host variable, anything else is
 * literal; `??text` and `$${...}` are the literals `?text` and `${...}`. What only looks like one of the forms is
 * refused with the sentence why, so that a slip never ends as a literal in the bottle.
 */
export function parseEnvValue(text: string): EnvValue | { readonly kind: 'fault'; readonly message: string } {
  if (text.includes('\0')) return { kind: 'fault', message: 'must not hold a NUL character.' };
  if (text.startsWith('??')) return { kind: 'literal', value: text.slice(1) };
  if (text.startsWith('$${')) return { kind: 'literal', value: text.slice(1) };
  if (text.startsWith('?')) {
    const prompt = text.slice(1).trim();
    if (prompt === '') return { kind: 'fault', message: 'starts with "?" but says nothing to ask: write "?What to type in", or "??" for a literal question mark.' };
    return { kind: 'prompt', prompt };
  }
  const variable = host.exec(text)?.[1];
  if (variable !== undefined) return { kind: 'host', variable };
  if (attempt.test(text)) {
    return { kind: 'fault', message: `must be exactly "\${NAME}" to take a host variable. Write "$\${" for a literal "\${"; text around a variable is not supported.` };
  }
  return { kind: 'literal', value: text };
}
