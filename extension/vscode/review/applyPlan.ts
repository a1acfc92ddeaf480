import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { groupOf } from './groups.ts';

/** What an "apply" of several files comes to: what goes over as it is, what needs its own yes, what stays. */
export interface ApplyPlan {
  readonly plain: readonly ChangedFile[];
  readonly risky: readonly ChangedFile[];
  readonly left: readonly ChangedFile[];
}

/** Sorts the chosen files by what may happen to them. Conflicts are never overwritten. */
export function applyPlan(files: readonly ChangedFile[]): ApplyPlan {
  const of = (...groups: string[]) => files.filter((file) => groups.includes(groupOf(file)));
  return { plain: of('change'), risky: of('risky'), left: of('conflict', 'refused') };
}

/** The hash of each file as the person saw it, for the core to check again. */
export function seenHashes(files: readonly ChangedFile[]): ReadonlyMap<string, string | null> {
  return new Map(files.map((file) => [file.path, file.hash]));
}
