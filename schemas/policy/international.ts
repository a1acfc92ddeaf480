import { decodePunycode, encodePunycode } from './punycode.ts';
import { accepted, refused } from './result.ts';
import type { Result } from './result.ts';

/** ASCII label that stands for an international one (RFC 5890 section 2.3.1). */
const ACE = 'xn--';

/** Mapped one way by IDNA 2003 and another way by IDNA 2008: two readers would go to two hosts. */
const deviations = /[\u00df\u03c2\u200c\u200d]/;

const letters = /^[\p{L}\p{M}\p{N}-]+$/u;

/** Scripts whose letters are taken for Latin ones. */
const lookAlikes = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;

/**
 * A host name as a person writes it, in ASCII: international labels become their `xn--` form. What the IDNA versions
 * read differently, and Latin mixed with look-alike letters, is refused; such a name has to be written in `xn--` form.
 */
export function asciiHost(text: string): Result<string> {
  const labels: string[] = [];
  for (const label of text.split('.')) {
    const ascii = asciiLabel(label);
    if (!ascii.ok) return ascii;
    labels.push(ascii.value);
  }
  return accepted(labels.join('.'));
}

function asciiLabel(label: string): Result<string> {
  if (!/[^\x00-\x7f]/.test(label)) return accepted(label);
  const lower = label.toLowerCase();
  if (deviations.test(lower)) return refused('the host has a letter that standards map differently; write its xn-- form');
  if (lower.normalize('NFKC') !== lower || !letters.test(lower)) return refused('the host has a character that no international name has; write plain letters, or its xn-- form');
  if (/[a-z]/.test(lower) && lookAlikes.test(lower)) return refused('the host mixes Latin with letters that look like Latin; write its xn-- form if that is meant');
  return accepted(`${ACE}${encodePunycode(lower)}`);
}

/**
 * Whether a lower-case ASCII label reads the same for everybody: an `xn--` label must be what an encoder writes for text
 * that needs it, since a lenient reader folds `xn--abc-` to `abc`.
 */
export function isPlainLabel(label: string): boolean {
  if (!label.startsWith(ACE)) return true;
  const decoded = decodePunycode(label.slice(ACE.length));
  if (!decoded.ok || !/[^\x00-\x7f]/.test(decoded.value) || /[\p{Cc}\p{Co}\p{Cs}\p{Z}]/u.test(decoded.value)) return false;
  return decoded.value.normalize('NFKC').toLowerCase() === decoded.value && encodePunycode(decoded.value) === label.slice(ACE.length);
}

/**
 * A canonical host for a person's eyes: `bücher.example (xn--bcher-kva.example)`. Anything but letters and digits stays
 * in its `xn--` form, and the ASCII name, the one that decides, is always shown.
 */
export function readableHost(host: string): string {
  const readable = host.split('.').map(readableLabel).join('.');
  return readable === host ? host : `${readable} (${host})`;
}

function readableLabel(label: string): string {
  if (!label.startsWith(ACE)) return label;
  const decoded = decodePunycode(label.slice(ACE.length));
  if (!decoded.ok) return label;
  const back = asciiLabel(decoded.value);
  return back.ok && back.value === label ? decoded.value : label;
}
