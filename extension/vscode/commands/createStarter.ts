import { Uri, l10n, window, workspace } from 'vscode';
import type { App, Command } from '../app.ts';
import { isTemplateName } from '../../core/templates/templates.ts';
import { askTemplate } from '../manifest/questions.ts';
import { writeStarter } from '../manifest/writeStarter.ts';
import { workspaceFolder } from '../start/folder.ts';
import { notify } from '../notify.ts';

/** Writes a bottle and its agent into the home folder, never over existing files, and opens the bottle. */
export function createStarterCommand(app: Pick<App, 'home' | 'store'>): Command {
  return async (argument) => {
    const name = isTemplateName(argument) ? argument : await askTemplate(l10n.t('Create Starter Bottle'));
    if (name === undefined) return;
    const { bottle, written } = await writeStarter(app.home(), name);
    await app.store.look(workspaceFolder());
    await window.showTextDocument(await workspace.openTextDocument(Uri.file(bottle)));
    const message = written.length === 0 ? l10n.t('The bottle "{0}" is there already; nothing was changed.', name) : l10n.t('The bottle "{0}" and its agent are ready in {1}.', name, app.home());
    void notify.information(message);
  };
}
