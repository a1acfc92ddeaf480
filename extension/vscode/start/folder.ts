import { l10n, window, workspace } from 'vscode';
import { BottleError } from '../../core/errors.ts';

/** The first folder of the window that lies on a disk, for questions that do not depend on which. */
export function workspaceFolder(): string | undefined {
  return diskFolders()[0]?.uri.fsPath;
}

/** The folder an agent shall work on: the only one, or the one the person picks; undefined when given up. */
export async function pickFolder(): Promise<string | undefined> {
  const folders = diskFolders();
  if (folders.length === 0) {
    throw new BottleError('workspace-invalid', l10n.t('No folder is open.'), { hint: l10n.t('An agent works on a copy of a folder.') });
  }
  if (folders.length === 1) return folders[0]?.uri.fsPath;
  const picked = await window.showQuickPick(
    folders.map((folder) => ({ label: folder.name, description: folder.uri.fsPath, path: folder.uri.fsPath })),
    { title: l10n.t('Start Agent (folder)'), placeHolder: l10n.t('Which folder shall the agent work on?') },
  );
  return picked?.path;
}

/** Every folder of the window that lies on a disk. */
export function diskFolderPaths(): readonly string[] {
  return diskFolders().map((folder) => folder.uri.fsPath);
}

function diskFolders() {
  return (workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
}
