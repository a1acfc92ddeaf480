import type { z } from 'zod';
import { valueAt } from './change.ts';
import { inside } from '../policy/issue.ts';
import { describeIssue, describeWord } from './describe.ts';
import type { ManifestSource } from './parse.ts';
import { nearest } from './nearest.ts';
import { keyPath, type ManifestProblem, type Parsed } from './position.ts';

/** Holds a parsed manifest against a schema and names every problem at its place. */
export function checkManifest<T>(source: ManifestSource, schema: z.ZodType<T>): Parsed<T> {
  const result = schema.safeParse(source.data, { error: describeIssue });
  if (result.success) return { ok: true, value: result.data };
  const problems = inside(result.error.issues).flatMap((issue) => problemsOf(source, issue));
  // A route is judged key by key and as a whole: what both say is said once.
  return { ok: false, problems: problems.filter((one, index) => problems.findIndex((other) => other.key === one.key && other.message === one.message) === index) };
}

function problemsOf(source: ManifestSource, issue: z.core.$ZodIssue): ManifestProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const lines = issue.message.split('\n');
    return issue.keys.map((key, index) => problem(source, [...issue.path, key], lines[index] ?? issue.message, 'key'));
  }
  if (issue.code === 'invalid_key') return [problem(source, issue.path, issue.issues[0]?.message ?? issue.message, 'key')];
  if (issue.code === 'invalid_union' && !issue.message.includes('found')) return [problem(source, issue.path, withFound(issue, valueAt(source.data, issue.path)))];
  return [problem(source, issue.path, issue.message)];
}

function problem(source: ManifestSource, path: readonly PropertyKey[], message: string, want?: 'key'): ManifestProblem {
  return { file: source.file, key: keyPath(path), message, ...source.locate(path, want) };
}

/** A union tells in its own words what is allowed; what was found, and the nearest of its words, is added. */
function withFound(issue: z.core.$ZodIssueInvalidUnion, found: unknown): string {
  const words = issue.errors.flat().flatMap((one) => (one.code === 'invalid_value' ? one.values.map(String) : []));
  const near = typeof found === 'string' ? nearest(found, words) : undefined;
  return `${issue.message.replace(/\.$/, '')}, found ${describeWord(found)}.${near === undefined ? '' : ` Did you mean ${near}?`}`;
}
