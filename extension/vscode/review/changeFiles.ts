import { EventEmitter, FileChangeType, FilePermission, FileSystemError, FileType, MarkdownString, Uri, l10n, workspace } from 'vscode';
import type { FileChangeEvent, FileStat, FileSystemProvider } from 'vscode';
import type { ChangeSide } from '../../core/bottle/bottles.ts';
import { isShown } from '../../core/workspace/shownHash.ts';
import { Disposables } from '../disposables.ts';
import { FlatFiles } from '../flatFiles.ts';
import type { LoadEngine } from '../engine.ts';
import { toBottleError } from '../../core/errors.ts';
import { schemes } from '../ids.ts';
import { changeUriParts, readChangeUri } from './changeUri.ts';
import type { ChangeIdentity } from './changeUri.ts';

/** The editor URI of one side of a change. */
export function changeUri(side: ChangeSide, identity: ChangeIdentity): Uri {
  return Uri.from(changeUriParts(side, identity));
}

/**
 * Serves what the bottle started from, what the agent made of it and what the host has, read-only. A document of the
 * agent's version names its hash: when the agent has moved on, it fails instead of showing something else.
 */
export class ChangeFiles extends FlatFiles implements FileSystemProvider {
  readonly #load: LoadEngine;
  readonly #trusted: () => boolean;
  readonly #held = new Disposables();
  readonly #changed = this.#held.add(new EventEmitter<FileChangeEvent[]>());
  readonly onDidChangeFile = this.#changed.event;
  #revision = 1;

  constructor(load: LoadEngine, trusted: () => boolean) {
    super();
    this.#load = load;
    this.#trusted = trusted;
    const reasons = {
      [schemes.base]: l10n.t('This is what the bottle started from. It cannot be edited.'),
      [schemes.change]: l10n.t('This is the agent\'s version inside the bottle. Apply it to your workspace to edit it there.'),
      [schemes.host]: l10n.t('This is a look at your workspace for comparison. Open the file itself to edit it.'),
    };
    for (const [scheme, reason] of Object.entries(reasons)) {
      this.#held.add(workspace.registerFileSystemProvider(scheme, this, { isReadonly: new MarkdownString(reason), isCaseSensitive: true }));
    }
  }

  /** Makes open documents of these sides read again, after an apply or discard. */
  reread(uris: readonly Uri[]): void {
    this.#revision += 1;
    this.#changed.fire(uris.map((uri) => ({ type: FileChangeType.Changed, uri })));
  }

  async stat(uri: Uri): Promise<FileStat> {
    const content = await this.readFile(uri);
    return { type: FileType.File, ctime: 0, mtime: this.#revision, size: content.byteLength, permissions: FilePermission.Readonly };
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    if (!this.#trusted()) throw FileSystemError.NoPermissions(l10n.t('Bot Bottle does nothing in Restricted Mode.'));
    const identity = readChangeUri(uri);
    if (identity === undefined) throw FileSystemError.FileNotFound(uri);
    const content = await this.#read(uri, identity);
    if (identity.side === 'bottle' && identity.hash !== null && !isShown(content, identity.hash)) {
      throw FileSystemError.Unavailable(l10n.t('The agent has changed {0} since this review was opened. Review the changes again.', identity.path));
    }
    return content;
  }

  writeFile(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#held.dispose();
  }

  /** A side that has no such file reads as an empty document: the other half of an addition or deletion. */
  async #read(uri: Uri, identity: ChangeIdentity & { readonly side: ChangeSide }): Promise<Uint8Array> {
    try {
      const { bottles } = await this.#load();
      return (await bottles.readChange(identity.slug, identity.path, identity.side)) ?? new Uint8Array();
    } catch (thrown) {
      const error = toBottleError(thrown);
      throw error.code === 'not-found' ? FileSystemError.FileNotFound(uri) : FileSystemError.Unavailable(error.message);
    }
  }
}
