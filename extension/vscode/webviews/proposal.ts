import { basename } from 'node:path';
import { Range, Selection, Uri, WorkspaceEdit, commands, l10n, window, workspace } from 'vscode';
import { BottleError } from '../../core/errors.ts';
import type { RouteProposal } from '../../core/egress/proposeRoute.ts';
import { changedPart } from './changedPart.ts';
import { confirmed, notify } from '../notify.ts';

/**
 * Shows a proposed route as an unsaved change of the manifest, in the editor's own comparison with the saved file. The
 * person edits, saves or closes it; nothing is saved here.
 */
export async function showProposal({ path, before, after }: RouteProposal): Promise<void> {
  const uri = Uri.file(path);
  const document = await workspace.openTextDocument(uri);
  const file = basename(path);
  if (document.getText() !== before) {
    throw new BottleError('conflict', l10n.t('{0} has changes that are not saved.', file), { hint: l10n.t('Save or revert them and ask again.') });
  }
  if (!(await mayChange(uri, file))) return;
  const { start, end, text } = changedPart(before, after);
  const edit = new WorkspaceEdit();
  edit.replace(uri, new Range(document.positionAt(start), document.positionAt(end)), text);
  if (!(await workspace.applyEdit(edit))) throw new BottleError('refused', l10n.t('{0} cannot be changed in this editor.', file));
  const shown = new Range(document.positionAt(start), document.positionAt(start + text.length));
  await window.showTextDocument(document, { preview: false, selection: new Selection(shown.start, shown.start) });
  await commands.executeCommand('workbench.files.action.compareWithSaved');
  void notify.information(l10n.t('This route is a proposal. It holds from the next start on, once you save {0}.', file));
}

/** Where the editor saves by itself, the change would be saved without the person; then the yes has to come first. */
async function mayChange(uri: Uri, file: string): Promise<boolean> {
  if (workspace.getConfiguration('files', uri).get('autoSave') === 'off') return true;
  const yes = l10n.t('Change and Save');
  const detail = l10n.t('This editor saves files by itself, so the proposed route would hold from the next start on without another question.');
  return confirmed(l10n.t('Add the proposed route to {0}?', file), detail, yes);
}
