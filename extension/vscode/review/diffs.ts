import { TabInputTextDiff, Uri, commands, window, workspace } from 'vscode';
import type { Tab } from 'vscode';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { changeUri } from './changeFiles.ts';
import { fileTitle, isReviewOf, reviewTitle } from './diffTitle.ts';
import { grouped } from './groups.ts';

/** A bottle under review: whose files these are and where they would go. */
export interface ReviewedBottle {
  readonly slug: string;
  readonly title: string;
  /** Absolute path of the host folder. */
  readonly host: string;
}

/** Opens every readable change in one multi-file diff. Where both sides changed a file, it stands against the person's. */
export async function openReview(bottle: ReviewedBottle, files: readonly ChangedFile[]): Promise<void> {
  const entries = [...grouped(files).values()]
    .flat()
    .filter((file) => file.refused === undefined)
    .map((file) => [hostUri(bottle, file), before(bottle, file), after(bottle, file)]);
  await commands.executeCommand('vscode.changes', reviewTitle(bottle.title), entries);
}

function before({ slug }: ReviewedBottle, { path, status, conflict }: ChangedFile): Uri | undefined {
  if (conflict) return changeUri('host', { slug, path, hash: null });
  return status === 'added' ? undefined : changeUri('base', { slug, path, hash: null });
}

function after({ slug }: ReviewedBottle, { path, status, hash }: ChangedFile): Uri | undefined {
  return status === 'deleted' ? undefined : changeUri('bottle', { slug, path, hash });
}

/**
 * Opens one file. A conflict shows the agent's version beside the person's own file, which stays editable: what is
 * wanted of the agent's work can be pulled over block by block.
 */
export async function openChange(bottle: ReviewedBottle, file: ChangedFile): Promise<void> {
  const { slug } = bottle;
  const made = changeUri('bottle', { slug, path: file.path, hash: file.hash });
  if (file.conflict) {
    await commands.executeCommand('vscode.diff', made, await ownFile(bottle, file), fileTitle(file));
    return;
  }
  await commands.executeCommand('vscode.diff', changeUri('base', { slug, path: file.path, hash: null }), made, fileTitle(file));
}

/** Closes the diffs of these versions. */
export async function closeDiffs(versions: readonly Uri[]): Promise<void> {
  const wanted = new Set(versions.map((uri) => uri.toString()));
  await closeTabs((tab) => tab.input instanceof TabInputTextDiff && [tab.input.modified, tab.input.original].some((uri) => wanted.has(uri.toString())));
}

/** Closes the multi-file reviews of a bottle; true when one of them was in front. */
export async function closeReview(title: string): Promise<boolean> {
  const front = isReviewOf(window.tabGroups.activeTabGroup.activeTab?.label ?? '', title);
  await closeTabs((tab) => isReviewOf(tab.label, title));
  return front;
}

/** Whether a review of this bottle is open, in front or not. */
export function reviewIsOpen(title: string): boolean {
  return allTabs().some((tab) => isReviewOf(tab.label, title));
}

async function closeTabs(done: (tab: Tab) => boolean): Promise<void> {
  await window.tabGroups.close(allTabs().filter(done), true);
}

function allTabs(): readonly Tab[] {
  return window.tabGroups.all.flatMap((group) => group.tabs);
}

/** Where a change would land. */
export function hostUri(bottle: Pick<ReviewedBottle, 'host'>, file: Pick<ChangedFile, 'path'>): Uri {
  return Uri.joinPath(Uri.file(bottle.host), ...file.path.split('/'));
}

/** The person's file, or an empty stand-in when they deleted it. */
async function ownFile(bottle: ReviewedBottle, file: ChangedFile): Promise<Uri> {
  const uri = hostUri(bottle, file);
  const exists = await workspace.fs.stat(uri).then(() => true, () => false);
  return exists ? uri : changeUri('host', { slug: bottle.slug, path: file.path, hash: null });
}
