import { foldTable, leetFold } from './fold.ts';
import type { Fold } from './fold.ts';
import { phraseSearch } from './injection.ts';
import type { PhraseSearch } from './injection.ts';
import type { ScanLimits } from './limits.ts';
import type { KnownSecret } from './scanner.ts';
import { ahoCorasick } from './search/ahoCorasick.ts';
import type { Search } from './search/search.ts';
import { wuManber } from './search/wuManber.ts';
import { needlesOf } from './secrets.ts';
import type { Needle } from './secrets.ts';
import { tokenSearch } from './tokens.ts';
import type { TokenSearch } from './tokens.ts';

/** A search, and whom each of its needles betrays. */
export interface SecretSearch {
  readonly search: Search;
  readonly needles: readonly Needle[];
}

/** Everything that is built once and shared by all scans. */
export interface Engine {
  readonly limits: ScanLimits;
  readonly fold: Fold;
  readonly exact: SecretSearch;
  readonly short: SecretSearch;
  readonly folded: SecretSearch;
  readonly tokens: TokenSearch;
  readonly phrases: PhraseSearch;
  readonly leetFold: Fold;
  readonly secrets: readonly KnownSecret[];
  readonly ignored: readonly { readonly name: string; readonly why: string }[];
  /** What is held back between two pieces, so that all of a needle in any form is seen in one. Bytes. */
  readonly holdBack: number;
}

/** How much longer than a secret its longest form in bytes may be: zero-width characters between `\u` escapes. */
const WIDEST = 12;

const MOST_HELD_BACK = 64 * 1024;

export function engine(secrets: readonly KnownSecret[], limits: ScanLimits): Engine {
  const fold = foldTable();
  const { exact, short, folded, foldedShort, ignored } = needlesOf(secrets, fold);
  const bytesOf = (needles: readonly Needle[]): Uint8Array[] => needles.map(({ bytes }) => bytes);
  const longest = secrets.reduce((most, { value }) => Math.max(most, Buffer.byteLength(value)), 0);
  return {
    limits,
    fold,
    exact: { search: wuManber(bytesOf(exact)), needles: exact },
    short: { search: ahoCorasick(bytesOf(short)), needles: short },
    // Apart: short needles would shorten the jumps of all.
    folded: { search: inTurn(wuManber(bytesOf(folded)), wuManber(bytesOf(foldedShort)), folded.length), needles: [...folded, ...foldedShort] },
    tokens: tokenSearch(),
    phrases: phraseSearch(),
    leetFold: leetFold(fold),
    secrets,
    ignored,
    holdBack: Math.min(MOST_HELD_BACK, Math.max(limits.holdBack, WIDEST * longest)),
  };
}

/** Two searches as one; needles of the second are numbered on from `offset`. */
function inTurn(first: Search, second: Search, offset: number): Search {
  return {
    longest: Math.max(first.longest, second.longest),
    find: (bytes, from, to, hit) => {
      first.find(bytes, from, to, hit);
      second.find(bytes, from, to, (index, at) => hit(offset + index, at));
    },
  };
}
