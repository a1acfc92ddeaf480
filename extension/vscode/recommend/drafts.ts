import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EventEmitter, FilePermission, FileSystemError, FileType, TabInputText, TabInputTextDiff, commands, l10n, window, workspace } from 'vscode';
import type { FileChangeEvent, FileStat, FileSystemProvider, Tab, Uri } from 'vscode';
import { BottleError } from '../../core/errors.ts';
import { writeAtomic } from '../../core/files/atomic.ts';
import type { RecommendedBottle } from '../../core/trust/recommendations.ts';
import { Disposables } from '../disposables.ts';
import { FlatFiles } from '../flatFiles.ts';
import { schemes } from '../ids.ts';
import { draftOf, draftUri, type DraftPlace, type Side } from './draftUri.ts';

/** A recommended bottle in review: what it was compared with, and its text as edited so far. */
export interface Draft {
  readonly name: string;
  /** Text of the home folder's bottle; null when there is none. */
  readonly yours: string | null;
  readonly proposed: string;
}

/**
 * Bottles under review, as files of this workspace's storage: saving, also by itself, changes nothing but the draft,
 * which outlives a reload and a crash. Nothing reaches the home folder before the person adopts it.
 */
export class Drafts extends FlatFiles implements FileSystemProvider {
  readonly #folder: string;
  readonly #held = new Disposables();
  readonly #changed = this.#held.add(new EventEmitter<FileChangeEvent[]>());
  readonly onDidChangeFile = this.#changed.event;

  /** `folder` is ours alone; it need not exist. */
  constructor(folder: string) {
    super();
    this.#folder = folder;
    this.#held.add(workspace.registerFileSystemProvider(schemes.draft, this, { isCaseSensitive: true }));
    this.#held.add(
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const tab of closed) this.#forget(tab);
      }),
    );
  }

  /** Opens the home folder's bottle against the recommended one, which can be edited. One in review already is shown as it is. */
  async open({ name, present, text }: RecommendedBottle, title: string): Promise<void> {
    if ((await this.#draft(name)) === undefined) {
      await mkdir(join(this.#folder, name), { recursive: true });
      if (present !== null) await writeAtomic(this.#file('yours', name), present);
      // A draft is one from here on.
      await writeAtomic(this.#file('proposed', name), text);
    }
    await commands.executeCommand('vscode.diff', draftUri('yours', name), draftUri('proposed', name), title, { preview: false });
  }

  /** Name of the draft a document of ours belongs to. */
  nameOf(uri: Uri | undefined): string | undefined {
    return uri === undefined ? undefined : draftOf(uri)?.name;
  }

  /** Names of the bottles in review. */
  async names(): Promise<readonly string[]> {
    const found = await readdir(this.#folder).catch(() => []);
    const drafts = await Promise.all(found.map(async (name) => ((await this.#draft(name)) === undefined ? [] : [name])));
    return drafts.flat();
  }

  /** Saves the document in front, so that what is adopted is what is seen. */
  async settle(name: string): Promise<Draft | undefined> {
    const open = workspace.textDocuments.find((document) => document.uri.toString() === draftUri('proposed', name).toString());
    if (open?.isDirty === true && !(await open.save())) throw new BottleError('conflict', l10n.t('The bottle in review could not be saved, so nothing was adopted.'));
    return this.#draft(name);
  }

  /** Ends a review. */
  async close(name: string): Promise<void> {
    const wanted = draftUri('proposed', name).toString();
    await window.tabGroups.close(tabsOf(wanted), true);
    await this.#drop(name);
  }

  async stat(uri: Uri): Promise<FileStat> {
    const { side, name } = this.#place(uri);
    const found = await stat(this.#file(side, name)).catch(() => undefined);
    if (found === undefined && (await this.#draft(name)) === undefined) throw FileSystemError.FileNotFound(uri);
    const { size, mtimeMs } = found ?? { size: 0, mtimeMs: 0 };
    return { type: FileType.File, ctime: 0, mtime: mtimeMs, size, ...(side === 'yours' ? { permissions: FilePermission.Readonly } : {}) };
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const { side, name } = this.#place(uri);
    const draft = await this.#draft(name);
    if (draft === undefined) throw FileSystemError.FileNotFound(uri);
    return Buffer.from(draft[side] ?? '');
  }

  async writeFile(uri: Uri, content: Uint8Array): Promise<void> {
    const { side, name } = this.#place(uri);
    if (side !== 'proposed') throw FileSystemError.NoPermissions(uri);
    if ((await this.#draft(name)) === undefined) throw FileSystemError.FileNotFound(uri);
    await writeAtomic(this.#file('proposed', name), content);
  }

  dispose(): void {
    this.#held.dispose();
  }

  #file(side: Side, name: string): string {
    return join(this.#folder, name, `${side}.md`);
  }

  #place(uri: Uri): DraftPlace {
    const found = draftOf(uri);
    if (found === undefined) throw FileSystemError.FileNotFound(uri);
    return found;
  }

  async #draft(name: string): Promise<Draft | undefined> {
    const [yours, proposed] = await Promise.all((['yours', 'proposed'] as const).map((side) => readFile(this.#file(side, name), 'utf8').catch(() => null)));
    return typeof proposed === 'string' ? { name, yours: yours ?? null, proposed } : undefined;
  }

  /** A review ends with the last tab that shows it: an editor that is split or moved to another group goes on. */
  #forget(tab: Tab): void {
    const closed = documentOf(tab);
    const name = this.nameOf(closed);
    if (name === undefined || closed === undefined || tabsOf(closed.toString()).length > 0) return;
    // What stays behind is shown again by the next review of this bottle.
    this.#drop(name).catch(() => undefined);
  }

  async #drop(name: string): Promise<void> {
    await rm(join(this.#folder, name), { recursive: true, force: true });
  }
}

/** The document that a tab is for: in a diff the side that can be edited. */
function documentOf(tab: Tab): Uri | undefined {
  if (tab.input instanceof TabInputTextDiff) return tab.input.modified;
  return tab.input instanceof TabInputText ? tab.input.uri : undefined;
}

function tabsOf(document: string): Tab[] {
  return window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => documentOf(tab)?.toString() === document);
}
