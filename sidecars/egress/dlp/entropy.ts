/** Shannon entropy of the characters, bits each. Beyond ASCII, characters with the same last seven bits count as one. */
export function entropy(text: string): number {
  const counts = new Uint32Array(128);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) & 0x7f;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  let repeated = 0;
  for (let code = 0; code < counts.length; code++) {
    const count = counts[code] ?? 0;
    if (count > 1) repeated += count * Math.log2(count);
  }
  return text.length === 0 ? 0 : Math.log2(text.length) - repeated / text.length;
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
  return sequential(text) < 0.4 && entropy(text) >= 0.62 * most;
}
