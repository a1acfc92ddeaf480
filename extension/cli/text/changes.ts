import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { visibleLine } from './visible.ts';

const letters: Readonly<Record<ChangedFile['status'], string>> = { added: 'A', modified: 'M', deleted: 'D', typechange: 'T' };

/** One line a file: letter, path, and what keeps it from being taken silently. */
export function changesText(files: readonly ChangedFile[]): string {
  return files.map((file) => [`${letters[file.status]} ${visibleLine(file.path)}`, ...remarks(file)].join('\t')).join('\n');
}

function remarks(file: ChangedFile): string[] {
  return [
    ...(file.refused === undefined ? [] : [`cannot be taken: ${visibleLine(file.refused)}`]),
    ...(file.conflict ? ['conflict: changed on the host too'] : []),
    ...(file.risk === null ? [] : [`risky: ${visibleLine(file.risk)}`]),
  ];
}
