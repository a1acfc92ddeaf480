import { nearest } from '../../../schemas/manifest/nearest.ts';
import { problemSentence, type ManifestProblem, type Parsed } from '../../../schemas/manifest/position.ts';
import { BottleError } from '../errors.ts';

/** Carries the problems of a manifest as the cause of its `manifest-invalid`, for those who show them in place. */
export class ManifestProblems extends Error {
  override readonly name = 'ManifestProblems';

  constructor(readonly problems: readonly ManifestProblem[]) {
    super(problems.map(problemSentence).join('\n'));
  }
}

/** The error for a manifest with these problems: the first as message, the others as hint, all as cause. */
export function invalidManifest(problems: readonly ManifestProblem[]): BottleError {
  const [first = 'The manifest is not valid.', ...others] = problems.map(problemSentence);
  return new BottleError('manifest-invalid', first, { hint: others.join('\n'), cause: new ManifestProblems(problems) });
}

/** The value, or `manifest-invalid` with all problems. */
export function valid<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw invalidManifest(parsed.problems);
}

/** The sentence for a name that no file has: what exists, and the nearest of it. */
export function unknownName(kind: 'agent' | 'bottle', name: string, known: readonly string[], folder: string): string {
  const near = nearest(name, known);
  const list = known.length === 0 ? `there are none in ${folder}.` : `there are: ${known.join(', ')}.`;
  return `There is no ${kind} ${JSON.stringify(name)}; ${list}${near === undefined ? '' : ` Did you mean ${near}?`}`;
}
