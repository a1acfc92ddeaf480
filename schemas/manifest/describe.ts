import * as z from 'zod';
import { nearest } from './nearest.ts';

/** The kind of a value in words, without the value: that may be a secret in the wrong place. */
export function describeKind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

/** The value itself, for keys whose values are words of a closed list; text that is no such word may be a secret. */
export function describeWord(value: unknown): string {
  if (typeof value === 'string') return /^[A-Za-z][A-Za-z_-]{0,23}$/.test(value) ? JSON.stringify(value) : describeKind(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : describeKind(value);
}

const expectedNames: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  boolean: 'true or false',
  number: 'a whole number',
  int: 'a whole number',
};

/**
 * Sentence for an issue that the schema did not put into words itself. For unknown keys it has one line per key, in the
 * order of `issue.keys`, so that each can be shown at its own place.
 */
export function describeIssue(issue: z.core.$ZodRawIssue): string {
  const found = describeKind(issue.input);
  switch (issue.code) {
    case 'invalid_type': {
      const expected = expectedNames[issue.expected] ?? issue.expected;
      if (issue.input === undefined) return `is missing: it must be ${expected}.`;
      const quote = issue.expected === 'string' && typeof issue.input !== 'object' ? ' Put it in quotes to make it text.' : '';
      return `must be ${expected}, found ${found}.${quote}`;
    }
    case 'unrecognized_keys': {
      // A key that exists only to be refused would be no help.
      const allowed = issue.inst instanceof z.ZodObject ? Object.entries<z.ZodType>(issue.inst.shape).flatMap(([key, one]) => (one.meta()?.['refused'] === true ? [] : [key])) : [];
      return issue.keys.map((key) => unknownKey(key, allowed)).join('\n');
    }
    case 'invalid_value':
      return oneOf(issue.input, issue.values.map(String));
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array' ? 'must not be empty.' : `must be ${String(issue.minimum)} or more, found ${describeWord(issue.input)}.`;
    case 'too_big':
      return `must be ${String(issue.maximum)} or less, found ${describeWord(issue.input)}.`;
    default:
      return `is not valid: found ${found}.`;
  }
}

/** "must be a, b or c, found x", with the nearest of them. */
export function oneOf(found: unknown, allowed: readonly string[]): string {
  const near = typeof found === 'string' ? nearest(found, allowed) : undefined;
  const list = allowed.length < 2 ? allowed.join('') : `${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1) ?? ''}`;
  return `must be ${list}, found ${describeWord(found)}.${near === undefined ? '' : ` Did you mean ${near}?`}`;
}

/** The sentence for a key that does not exist here. */
export function unknownKey(key: string, allowed: readonly string[]): string {
  const near = nearest(key, allowed);
  return `is not a known key. Allowed here: ${allowed.join(', ')}.${near === undefined ? '' : ` Did you mean ${near}?`}`;
}
