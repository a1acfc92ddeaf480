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
const LARGEST_PROGRAM = 500;

/**
 * RE2 syntax: no back references, no look-around. Case-sensitive, and `.` does not match a line end; `any case` is for what
 * denies, where a line end must not hide the rest.
 */
export function compilePattern(source: string, letters?: 'any case'): Result<Pattern> {
  const compiled = compile(source, letters === undefined ? 0 : RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL);
  return compiled.ok ? accepted(patternOf(compiled.value)) : compiled;
}

/** As `compilePattern`, for a rule on paths: an expression that no canonical path can match is refused too. */
export function compilePathPattern(source: string): Result<Pattern> {
  const compiled = compile(source, 0);
  if (!compiled.ok) return compiled;
  const program: Program = compiled.value.re2().prog;
  if (!canMatchAPath(program)) return refused('no path can match this: it covers the whole path, from the first / to the end, and sees neither query nor dot segments');
  return accepted(patternOf(compiled.value));
}

function patternOf(compiled: RE2JS): Pattern {
  return { matches: (text) => compiled.matches(text) };
}

function compile(source: string, flags: number): Result<RE2JS> {
  if (source.length > LONGEST_PATTERN) return refused(`a regular expression has at most ${LONGEST_PATTERN} characters`);
  try {
    const compiled = RE2JS.compile(source, flags);
    return compiled.programSize() > LARGEST_PROGRAM ? refused('the regular expression is too large') : accepted(compiled);
  } catch (error) {
    return refused(`not a regular expression (RE2 syntax): ${error instanceof Error ? error.message : String(error)}`);
  }
}
