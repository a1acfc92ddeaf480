import { EventEmitter, FilePermission, FileSystemError, FileType, TabInputTextDiff, Uri, commands, window, workspace } from 'vscode';
import type { Disposable, FileChangeEvent, FileStat, FileSystemProvider, Memento, Tab } from 'vscode';
import type { RecommendedBottle } from '../../core/trust/recommendations.ts';
import { Disposables } from '../disposables.ts';
import { schemes } from '../ids.ts';

/** A recommended bottle in review: what it was compared with, and its text as edited so far. */
export interface Draft {
  readonly name: string;
  /** Text of the home folder's bottle; null when there is none. */
  readonly yours: string | null;
  readonly proposed: string;
}

interface Kept extends Draft {
  readonly changedAt: number;
}

const memoryKey = 'drafts';

/**
 * Bottles under review, in the editor's memory of this window: saving, also by itself, changes nothing but the draft,
 * which outlives a reload. Nothing reaches the home folder before the person adopts it.
 */
export class Drafts implements FileSystemProvider {
  readonly #kept: Map<string, Kept>;
  readonly #memory: Memento;
  readonly #held = new Disposables();
  readonly #changed = this.#held.add(new EventEmitter<FileChangeEvent[]>());
  readonly onDidChangeFile = this.#changed.event;

  constructor(memory: Memento) {
    this.#memory = memory;
    this.#kept = new Map(memory.get<Kept[]>(memoryKey, []).map((kept) => [kept.name, kept]));
    this.#held.add(workspace.registerFileSystemProvider(schemes.draft, this, { isCaseSensitive: true }));
    this.#held.add(
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const tab of closed) this.#forget(tab);
      }),
    );
  }

  /** Opens the home folder's bottle against the recommended one, which can be edited. One in review already is shown as it is. */
  async open({ name, present, text }: RecommendedBottle, title: string): Promise<void> {
    if (!this.#kept.has(name)) this.#keep({ name, yours: present, proposed: text, changedAt: Date.now() });
    await commands.executeCommand('vscode.diff', draftUri('yours', name), draftUri('proposed', name), title, { preview: false });
  }

  /** The draft a document of ours belongs to. */
  find(uri: Uri | undefined): Draft | undefined {
    return uri?.scheme === schemes.draft ? this.#kept.get(place(uri).name) : undefined;
  }

  /** Names of the bottles in review. */
  get names(): readonly string[] {
    return [...this.#kept.keys()];
  }

  /** Saves the document in front, so that what is adopted is what is seen. */
  async settle(name: string): Promise<Draft | undefined> {
    const open = workspace.textDocuments.find((document) => document.uri.toString() === draftUri('proposed', name).toString());
    if (open?.isDirty === true) await open.save();
    return this.#kept.get(name);
  }

  /** Ends a review. */
  async close(name: string): Promise<void> {
    const wanted = draftUri('proposed', name).toString();
    const tabs = window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => modifiedOf(tab)?.toString() === wanted);
    await window.tabGroups.close(tabs, true);
    this.#drop(name);
  }

  stat(uri: Uri): FileStat {
    const { side, text, changedAt } = this.#read(uri);
    return { type: FileType.File, ctime: 0, mtime: side === 'yours' ? 0 : changedAt, size: Buffer.byteLength(text), ...(side === 'yours' ? { permissions: FilePermission.Readonly } : {}) };
  }

  readFile(uri: Uri): Uint8Array {
    return Buffer.from(this.#read(uri).text);
  }

  writeFile(uri: Uri, content: Uint8Array): void {
    const { side, name } = place(uri);
    const kept = this.#kept.get(name);
    if (kept === undefined) throw FileSystemError.FileNotFound(uri);
    if (side !== 'proposed') throw FileSystemError.NoPermissions(uri);
    this.#keep({ ...kept, proposed: Buffer.from(content).toString(), changedAt: Math.max(Date.now(), kept.changedAt + 1) });
  }

  watch(): Disposable {
    return { dispose: () => undefined };
  }

  readDirectory(uri: Uri): never {
    throw FileSystemError.FileNotFound(uri);
  }

  createDirectory(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  delete(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  rename(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#held.dispose();
  }

  #read(uri: Uri): { readonly side: string; readonly text: string; readonly changedAt: number } {
    const { side, name } = place(uri);
    const kept = this.#kept.get(name);
    if (kept === undefined) throw FileSystemError.FileNotFound(uri);
    return { side, text: side === 'yours' ? (kept.yours ?? '') : kept.proposed, changedAt: kept.changedAt };
  }

  #forget(tab: Tab): void {
    const modified = modifiedOf(tab);
    if (modified?.scheme === schemes.draft) this.#drop(place(modified).name);
  }

  #keep(draft: Kept): void {
    this.#kept.set(draft.name, draft);
    this.#remember();
  }

  #drop(name: string): void {
    if (this.#kept.delete(name)) this.#remember();
  }

  #remember(): void {
    void this.#memory.update(memoryKey, [...this.#kept.values()]);
  }
}

function draftUri(side: 'yours' | 'proposed', name: string): Uri {
  return Uri.from({ scheme: schemes.draft, path: `/${side}/${name}.md` });
}

function place(uri: Uri): { readonly side: string; readonly name: string } {
  const [, side = '', name = ''] = /^\/(yours|proposed)\/([a-z][a-z0-9-]*)\.md$/.exec(uri.path) ?? [];
  return { side, name };
}

function modifiedOf(tab: Tab): Uri | undefined {
  return tab.input instanceof TabInputTextDiff ? tab.input.modified : undefined;
}
