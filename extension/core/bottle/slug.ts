import { randomInt } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const longest = 32;

/** Lower-case letters, digits and single hyphens, at most 32 long; empty when nothing usable is in the text. */
export function slugify(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, longest)
    .replace(/-+$/, '');
}

/** A label names its slug when that is free; otherwise, and without a label, a random suffix keeps runs apart. */
export function mintSlug(label: string | undefined, agent: string, taken: ReadonlySet<string>): string {
  const wanted = label === undefined ? '' : slugify(label);
  if (wanted !== '' && !taken.has(wanted)) return wanted;
  const stem = wanted || slugify(agent) || 'bottle';
  for (;;) {
    const suffix = Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
    const slug = `${stem}-${suffix}`;
    if (!taken.has(slug)) return slug;
  }
}
