import { Range, workspace } from 'vscode';
import type { TextDocument, Uri } from 'vscode';
import type { ManifestText } from '../../core/manifests/language/language.ts';
import { bottlePath, placeOf, type ManifestPlace, type ManifestRoots } from '../../core/manifests/language/place.ts';
import type * as core from '../../core/manifests/language/tree.ts';
import { draftOf } from '../recommend/draftUri.ts';
import { homeFolder } from '../settings.ts';

/** Where manifests lie in this window. */
export function manifestRoots(): ManifestRoots {
  const folders = (workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
  return { home: homeFolder(), workspaces: folders.map((folder) => folder.uri.fsPath) };
}

/** The manifest that a document is; undefined for any other, and for all of them in Restricted Mode. Loads nothing. */
export function manifestOf(document: TextDocument): ManifestText | undefined {
  if (!workspace.isTrusted) return undefined;
  const place = document.uri.scheme === 'file' ? placeOf(document.uri.fsPath, manifestRoots()) : draftPlace(document.uri);
  return place === undefined ? undefined : { place, text: document.getText() };
}

/** A bottle under review is looked at as what it becomes: a bottle of the home folder, whose file there is another text. */
function draftPlace(uri: Uri): ManifestPlace | undefined {
  const draft = draftOf(uri);
  if (draft?.side !== 'proposed') return undefined;
  return { kind: 'bottle', origin: 'home', name: draft.name, path: bottlePath(homeFolder(), draft.name), workspace: undefined };
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
