import { entropy, looksRandom } from './entropy.ts';
import { exactForms, foldedForms } from './encodings.ts';
import type { Fold } from './fold.ts';
import { Folding } from './folding.ts';
import type { KnownSecret } from './scanner.ts';

/** A byte string to look for, and the secret it betrays. */
export interface Needle {
  readonly bytes: Uint8Array;
  readonly secret: KnownSecret;
}

/** What to look for, by how: jumping through bytes, one byte after the other, jumping far through folded text or not so far. */
export interface Needles {
  readonly exact: readonly Needle[];
  readonly short: readonly Needle[];
  readonly folded: readonly Needle[];
  readonly foldedShort: readonly Needle[];
  readonly ignored: readonly { readonly name: string; readonly why: string }[];
}

/** Shorter values stand in any text by chance. Characters. */
const SHORTEST = 8;

/** Needles from here on are worth jumping for; shorter ones are only looked for in folded text when no words fold to them. Bytes. */
export const LONG = 16;

/** A piece of a secret of this size betrays it, folded. */
const FRAGMENT = 16;

/** Fragments of one secret at most; a long one is cut less closely. */
const MOST_FRAGMENTS = 64;

/** The first folded forms are the value itself, forwards and backwards; what is behind them is encoded, and no text by chance. */
const AS_IT_IS = 2;

/** What looks random has pieces shorter than this on average: `utf8-base64` has not. Characters. */
const LONGEST_PIECES = 2.5;

/** The part of a URL between user and host. */
const password = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:([^/\s@]+)@/i;

/** Sorts out what cannot be looked for and writes down every form of the rest. */
export function needlesOf(secrets: readonly KnownSecret[], fold: Fold): Needles {
  const exact: Needle[] = [];
  const short: Needle[] = [];
  const folded: Needle[] = [];
  const foldedShort: Needle[] = [];
  const ignored: { name: string; why: string }[] = [];
  for (const secret of secrets) {
    const why = reasonToIgnore(secret.value);
    if (why !== undefined) {
      ignored.push({ name: secret.name, why });
      continue;
    }
    for (const value of [secret.value, ...partsOf(secret.value)]) {
      const bytes = Buffer.from(value, 'utf8');
      for (const form of exactForms(bytes)) if (form.length >= SHORTEST) (form.length >= LONG ? exact : short).push({ bytes: form, secret });
      for (const [index, form] of foldedForms(bytes).entries()) {
        const plain = foldBytes(form, fold);
        if (plain.length >= LONG) folded.push({ bytes: plain, secret });
        else if (plain.length >= SHORTEST && (index >= AS_IT_IS || isNoWords(form, plain.length))) foldedShort.push({ bytes: plain, secret });
      }
    }
    for (const fragment of fragments(foldBytes(Buffer.from(secret.value, 'utf8'), fold))) folded.push({ bytes: fragment, secret });
  }
  return { exact, short, folded, foldedShort, ignored };
}

function reasonToIgnore(value: string): string | undefined {
  if (value.length < SHORTEST) return `shorter than ${SHORTEST} characters: it would be found in any text`;
  if (entropy(value) < 2 || /^(?:true|false|[a-z]+|[0-9]{1,9})$/.test(value)) return 'an ordinary word or number: it would be found in any text';
  return undefined;
}

/** Parts that are secret by themselves: the password of a URL. */
function partsOf(value: string): string[] {
  const part = password.exec(value)?.[1];
  return part !== undefined && reasonToIgnore(part) === undefined ? [part] : [];
}

/**
 * Whether a value is cut up by digits, signs and capital letters more than words and numbers are: without them `Summer-2024`
 * is `summer 2024` and stands in other texts, `Tr0ub4dor&3` does not.
 */
function isNoWords(value: Uint8Array, letters: number): boolean {
  const words = Buffer.from(value).toString('latin1').match(/[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g) ?? [];
  return letters < LONGEST_PIECES * words.length;
}

function foldBytes(bytes: Uint8Array, fold: Fold): Uint8Array {
  return Uint8Array.from(new Folding(fold).push(Buffer.from(bytes), 0, bytes.length).text);
}

/** Pieces that stand in no other text: only random ones. */
function fragments(folded: Uint8Array): Uint8Array[] {
  const places = folded.length - FRAGMENT;
  if (places <= 0) return [];
  const stride = Math.max(1, Math.ceil(places / MOST_FRAGMENTS));
  return Array.from({ length: Math.floor(places / stride) + 1 }, (_, i) => folded.subarray(i * stride, i * stride + FRAGMENT)).filter((piece) => {
    const text = Buffer.from(piece).toString('latin1');
    return new Set(text).size >= 9 && (text.match(/[0-9]/g) ?? []).length >= 2 && looksRandom(text);
  });
}
