import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';

/** The four groups of a review, in the order a person should read them. The name is also the menu context. */
export const groupNames = ['change', 'risky', 'conflict', 'refused'] as const;
export type GroupName = (typeof groupNames)[number];

/** Titles of the groups, English. */
export const groupTitles: Readonly<Record<GroupName, string>> = {
  change: 'Changes',
  risky: 'Runs on your machine',
  conflict: 'Conflicts',
  refused: 'Cannot be taken',
};

/** The gravest thing about a file decides: what cannot be taken, then what both sides changed, then what runs here. */
export function groupOf(file: ChangedFile): GroupName {
  if (file.refused !== undefined) return 'refused';
  if (file.conflict) return 'conflict';
  return file.risk === null ? 'change' : 'risky';
}

/** The files of a change set by group, each group by path. */
export function grouped(files: readonly ChangedFile[]): ReadonlyMap<GroupName, readonly ChangedFile[]> {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return new Map(groupNames.map((name) => [name, sorted.filter((file) => groupOf(file) === name)]));
}

/** The sentence about a file that a tooltip and a confirmation show; empty for an ordinary change. */
export function remark(file: ChangedFile): string {
  return file.refused ?? file.risk ?? '';
}
