/** A place in a text, both counted from 1, columns in UTF-16 units as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a manifest, where, and what would be right. `message` is one sentence without the place. */
export interface ManifestProblem extends Position {
  /** Path of the manifest as the caller named it. */
  readonly file: string;
  /** Dotted path of the key in question, e.g. `egress.routes[0].host`; empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
}

/** The problem with its place, as compilers print it, so that terminals make a link of it. */
export function problemSentence(problem: ManifestProblem): string {
  const key = problem.key === '' ? '' : `${problem.key} `;
  return `${problem.file}:${problem.line}:${problem.column}: ${key}${problem.message}`;
}

/** A value or the whole list of what is wrong, never both. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly ManifestProblem[] };

/** A key path as zod reports it, in the dotted form that problems use. */
export function keyPath(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
}
