import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';

/** The multi-file review's tab, which also tells the extension that it is in front. */
export function reviewTitle(title: string): string {
  return `Bottle Review: ${title}`;
}

/** Whether a tab is a review of ours. */
export function isReviewTitle(label: string): boolean {
  return label.startsWith('Bottle Review: ');
}

/** Whether a tab is the review of this bottle; the editor appends the number of files. */
export function isReviewOf(label: string, title: string): boolean {
  const wanted = reviewTitle(title);
  return label === wanted || (label.startsWith(`${wanted} (`) && !label.slice(wanted.length + 2).includes("("));
}

const sides: Readonly<Record<ChangedFile['status'], string>> = {
  added: 'added',
  modified: 'base ↔ bottle',
  deleted: 'deleted',
  typechange: 'other kind of file',
};

/** The tab of one file's diff. */
export function fileTitle(file: ChangedFile): string {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  return `${name} (${file.conflict ? 'bottle ↔ your file' : sides[file.status]})`;
}
