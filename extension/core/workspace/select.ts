import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import type { ApplyRequest, ApplyResult } from '../bottle/bottles.ts';
import { foldersAbove } from './foldersAbove.ts';

/** What of a change set may be taken, in the order to take it, and what stays and why. */
export interface Selection {
  readonly chosen: readonly ChangedFile[];
  readonly left: ApplyResult['left'];
}

/** Applies the person's words to the change set. A folder's path stands for every change below it. */
export function selectChanges(files: readonly ChangedFile[], request: ApplyRequest): Selection {
  const { asked, unknown } = request.paths === 'all' ? { asked: files, unknown: [] } : pick(files, request.paths);
  const chosen: ChangedFile[] = [];
  const left = unknown.map((path) => ({ path, reason: 'It has no change to take.' }));
  for (const file of asked) {
    const reason = objection(file, request);
    if (reason === null) chosen.push(file);
    else left.push({ path: file.path, reason });
  }
  return { chosen: chosen.sort(order), left };
}

/** The changes that these paths name, each once, in their order; a path that is no change itself stands for the folder. */
export function pick(files: readonly ChangedFile[], paths: readonly string[]): { readonly asked: readonly ChangedFile[]; readonly unknown: readonly string[] } {
  const known = new Set<string>();
  const wanted = new Set(paths.map(bare));
  const asked = files.filter(({ path }) => {
    const names = pathsTo(path).filter((one) => wanted.has(one));
    for (const name of names) known.add(name);
    return names.length > 0;
  });
  return { asked, unknown: paths.filter((path) => !known.has(bare(path))) };
}

/** Tells which paths are one of these, or lie in a folder that is. */
export function namedBy(paths: readonly string[]): (path: string) => boolean {
  const wanted = new Set(paths.map(bare));
  return (path) => pathsTo(path).some((one) => wanted.has(one));
}

/** The folders a path lies in, and the path. */
function pathsTo(path: string): string[] {
  return [...foldersAbove(path), path];
}

function bare(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
}

function objection(file: ChangedFile, { allowRisky, seen }: ApplyRequest): string | null {
  if (file.refused !== undefined) return `It ${file.refused}`;
  if (file.conflict) return 'The host changed it too since the bottle started; both versions are kept.';
  if (file.risk !== null && !allowRisky) return `It needs its own yes: ${file.risk}`;
  // A path nobody saw may be there because a file became a folder since.
  return seen === undefined || seen.get(file.path) === file.hash ? null : 'The agent changed it again since it was looked at.';
}

/** Deletions make room first, the deepest before their folders. */
function order(a: ChangedFile, b: ChangedFile): number {
  const left = a.status === 'deleted' ? 0 : 1;
  const right = b.status === 'deleted' ? 0 : 1;
  if (left !== right) return left - right;
  const upwards = left === 0 ? -1 : 1;
  return a.path < b.path ? -upwards : a.path > b.path ? upwards : 0;
}
