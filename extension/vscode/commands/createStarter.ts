import { ThemeIcon, Uri, l10n, window, workspace } from 'vscode';
import type { App, Command } from '../app.ts';
import { isStarterName, starters } from '../manifest/starters.ts';
import type { StarterName } from '../manifest/starters.ts';
import { writeStarter } from '../manifest/writeStarter.ts';
import { workspaceFolder } from '../start/folder.ts';

/** Writes a bottle and its agent into the home folder, never over existing files, and opens the bottle. */
export function createStarterCommand(app: Pick<App, 'home' | 'store'>): Command {
  return async (argument) => {
    const name = isStarterName(argument) ? argument : await chosen();
    if (name === undefined) return;
    const { bottle, written } = await writeStarter(app.home(), name);
    await app.store.look(workspaceFolder());
    await window.showTextDocument(await workspace.openTextDocument(Uri.file(bottle)));
    const message = written.length === 0 ? l10n.t('The bottle "{0}" is there already; nothing was changed.', name) : l10n.t('The bottle "{0}" and its agent are ready in {1}.', name, app.home());
    void window.showInformationMessage(message);
  };
}

async function chosen(): Promise<StarterName | undefined> {
  const items = Object.entries(starters).map(([name, starter]) => ({
    name,
    label: l10n.t(starter.title),
    detail: l10n.t(starter.detail),
    iconPath: new ThemeIcon(starter.icon),
  }));
  const picked = await window.showQuickPick(items, { title: l10n.t('Create Starter Bottle') });
  return isStarterName(picked?.name) ? picked.name : undefined;
}
