import type { z } from 'zod';
import { describeIssue } from './describe.ts';
import type { ManifestSource } from './parse.ts';
import { keyPath, type ManifestProblem, type Parsed } from './position.ts';

/** Holds a parsed manifest against a schema and names every problem at its place. */
export function checkManifest<T>(source: ManifestSource, schema: z.ZodType<T>): Parsed<T> {
  const result = schema.safeParse(source.data, { error: describeIssue });
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problems: result.error.issues.flatMap((issue) => problemsOf(source, issue)) };
}

function problemsOf(source: ManifestSource, issue: z.core.$ZodIssue): ManifestProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const lines = issue.message.split('\n');
    return issue.keys.map((key, index) => problem(source, [...issue.path, key], lines[index] ?? issue.message, 'key'));
  }
  if (issue.code === 'invalid_key') return [problem(source, issue.path, issue.issues[0]?.message ?? issue.message, 'key')];
  return [problem(source, issue.path, issue.message)];
}

function problem(source: ManifestSource, path: readonly PropertyKey[], message: string, want?: 'key'): ManifestProblem {
  return { file: source.file, key: keyPath(path), message, ...source.locate(path, want) };
}
