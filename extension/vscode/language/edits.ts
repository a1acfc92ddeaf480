import { Uri, WorkspaceEdit, workspace } from 'vscode';
import type { TextEdit } from '../../core/manifests/language/rename.ts';
import { rangeIn } from './documents.ts';

/** Edits of the language as one of the editor. */
export async function workspaceEdit(edits: readonly TextEdit[]): Promise<WorkspaceEdit> {
  const made = new WorkspaceEdit();
  for (const { path, range, text } of edits) {
    const document = await workspace.openTextDocument(Uri.file(path));
    made.replace(document.uri, rangeIn(document, range), text);
  }
  return made;
}
