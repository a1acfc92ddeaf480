/** Shannon entropy of the characters, bits each. */
export function entropy(text: string): number {
  const counts = new Map(Array.from(text, (character) => [character, 0]));
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Share of neighbours that go up or down by one, or repeat: `abcdef`, `123456`, `0000`. */
export function sequential(text: string): number {
  if (text.length < 2) return 0;
  let steps = 0;
  for (let i = 1; i < text.length; i++) if (Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) <= 1) steps++;
  return steps / (text.length - 1);
}

/** Whether a text may be the random part of a token: no run of the alphabet, no `xxxxxxxx`, no word over and over. */
export function looksRandom(text: string): boolean {
  const most = Math.log2(Math.min(text.length, 62));
  return entropy(text) >= 0.62 * most && sequential(text) < 0.4;
}
