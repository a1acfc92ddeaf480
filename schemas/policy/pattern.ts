import { RE2JS } from 're2js';
import { canMatchAPath } from './reach.ts';
import type { Program } from './reach.ts';
import { accepted, refused } from './result.ts';
import type { Result } from './result.ts';

/** A user's regular expression. Linear in the text, whatever the pattern; the whole text must match. */
export interface Pattern {
  matches(text: string): boolean;
}

const LONGEST_PATTERN = 512;

/** Programs above this many instructions cost memory and time out of proportion to any real rule. */
const LARGEST_PROGRAM = 4000;

/** RE2 syntax: no back references, no look-around. Case-sensitive; `.` does not match a line end. */
export function compilePattern(source: string): Result<Pattern> {
  if (source.length > LONGEST_PATTERN) return refused(`a regular expression has at most ${LONGEST_PATTERN} characters`);
  try {
    const compiled = RE2JS.compile(source);
    if (compiled.programSize() > LARGEST_PROGRAM) return refused('the regular expression is too large');
    return accepted({ matches: (text) => compiled.matches(text) });
  } catch (error) {
    return refused(`not a regular expression (RE2 syntax): ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** As `compilePattern`, for a rule on paths: an expression that no canonical path can match is refused too. */
export function compilePathPattern(source: string): Result<Pattern> {
  const compiled = compilePattern(source);
  if (!compiled.ok) return compiled;
  const program: Program = RE2JS.compile(source).re2().prog;
  if (!canMatchAPath(program)) return refused('no path can match this: it covers the whole path, from the first / to the end, and sees neither query nor dot segments');
  return compiled;
}
