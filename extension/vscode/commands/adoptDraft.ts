import { Uri, l10n, window, workspace } from 'vscode';
import { BottleError } from '../../core/errors.ts';
import type { App, Command } from '../app.ts';
import { diskFolderPaths, workspaceFolder } from '../start/folder.ts';
import { confirmed } from '../notify.ts';

/** Puts the bottle in review into the home folder, after its reach was said in words and agreed to. */
export function adoptDraftCommand(app: Pick<App, 'load' | 'drafts' | 'recommender' | 'store'>): Command {
  return async () => {
    const name = app.drafts.nameOf(window.activeTextEditor?.document.uri) ?? (await onlyOne(app));
    const draft = name === undefined ? undefined : await app.drafts.settle(name);
    if (draft === undefined) throw new BottleError('not-found', l10n.t('No bottle is in review.'), { hint: l10n.t('Begin with "Bottle: Adopt Recommended Bottle".') });
    const { bottles } = await app.load();
    const reach = await bottles.reachOfText(draft.name, draft.proposed);
    const yes = draft.yours === null ? l10n.t('Adopt') : l10n.t('Replace Mine');
    const detail = [l10n.t('An agent in it could:'), ...reach.map((line) => `• ${line}`)].join('\n');
    const question = draft.yours === null ? l10n.t('Put the bottle {0} into your home folder?', draft.name) : l10n.t('Replace your bottle {0} with this one?', draft.name);
    if (!(await confirmed(question, detail, yes, 'information'))) return;
    const path = await bottles.adopt({ name: draft.name, text: draft.proposed, seen: draft.yours });
    await app.drafts.close(draft.name);
    await window.showTextDocument(await workspace.openTextDocument(Uri.file(path)));
    await Promise.all([app.recommender.look(diskFolderPaths()), app.store.look(workspaceFolder())]);
  };
}

/** Name of the only bottle in review, when the focus is elsewhere. */
async function onlyOne({ drafts }: Pick<App, 'drafts'>): Promise<string | undefined> {
  const [name, ...others] = await drafts.names();
  return others.length > 0 ? undefined : name;
}
