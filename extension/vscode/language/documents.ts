import { Range, workspace } from 'vscode';
import type { TextDocument } from 'vscode';
import type { ManifestText } from '../../core/manifests/language/language.ts';
import { placeOf, type ManifestRoots } from '../../core/manifests/language/place.ts';
import type * as core from '../../core/manifests/language/tree.ts';
import { homeFolder } from '../settings.ts';

/** Where manifests lie in this window. */
export function manifestRoots(): ManifestRoots {
  const folders = (workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
  return { home: homeFolder(), workspaces: folders.map((folder) => folder.uri.fsPath) };
}

/** The manifest that a document is; undefined for any other, and for all of them in Restricted Mode. Loads nothing. */
export function manifestOf(document: TextDocument): ManifestText | undefined {
  if (!workspace.isTrusted || document.uri.scheme !== 'file') return undefined;
  const place = placeOf(document.uri.fsPath, manifestRoots());
  return place === undefined ? undefined : { place, text: document.getText() };
}

/** Text of a document that is open, saved or not. */
export function openText(path: string): string | undefined {
  return openDocument(path)?.getText();
}

/** The open document of a file. */
export function openDocument(path: string): TextDocument | undefined {
  return workspace.textDocuments.find((document) => document.uri.scheme === 'file' && !document.isClosed && document.uri.fsPath === path);
}

/** Offsets of the language as positions of the editor. */
export function rangeIn(document: TextDocument, { start, end }: core.Range): Range {
  return new Range(document.positionAt(start), document.positionAt(end));
}
