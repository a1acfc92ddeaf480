import { ThemeIcon, l10n, window } from 'vscode';
import { BottleError } from '../../core/errors.ts';
import type { RecommendedBottle } from '../../core/trust/recommendations.ts';
import type { App, Command } from '../app.ts';
import { bottleWords } from '../recommend/words.ts';
import { diskFolderPaths } from '../start/folder.ts';

/** Picks a bottle that a folder recommends and opens it against the home folder's, to be read, edited and adopted. */
export function adoptBottleCommand(app: Pick<App, 'recommender' | 'drafts'>): Command {
  return async () => {
    const offered = (await Promise.all(diskFolderPaths().map((folder) => app.recommender.of(folder)))).flatMap((one) => one?.bottles ?? []);
    if (offered.length === 0) {
      throw new BottleError('not-found', l10n.t('No open folder recommends a bottle.'), { hint: l10n.t('A folder does so in .bot-bottle/recommended-bottles.') });
    }
    const bottle = await picked(offered);
    if (bottle === undefined) return;
    if (bottle.text === '') throw new BottleError('manifest-invalid', bottle.problem ?? l10n.t('The bottle {0} is empty.', bottle.name));
    await app.drafts.open(bottle, bottle.present === null ? l10n.t('{0} (recommended, new to you)', bottle.name) : l10n.t('{0} (yours ↔ recommended)', bottle.name));
  };
}

async function picked(offered: readonly RecommendedBottle[]): Promise<RecommendedBottle | undefined> {
  const items = offered.map((bottle) => ({ bottle, label: bottle.name, iconPath: new ThemeIcon(bottle.problem === null ? 'beaker' : 'warning'), ...bottleWords(bottle, l10n.t) }));
  return (await window.showQuickPick(items, { title: l10n.t('Adopt a Recommended Bottle'), placeHolder: l10n.t('Opens it against your home folder. Nothing is copied yet.'), matchOnDetail: true }))?.bottle;
}
