import { l10n } from 'vscode';
import type { App, Command } from '../app.ts';
import { pickBottle } from './pickBottle.ts';
import { rootOf } from './sourceControlRoot.ts';

/** Opens everything an agent changed as one multi-file diff, and lists it in the Source Control view. */
export function reviewChangesCommand(app: Pick<App, 'store' | 'reviews'>): Command {
  return async (argument) => {
    const bottle = await pickBottle(app.store, rootOf(app.reviews, argument), ['running', 'exited'], l10n.t('Review the changes of which bottle?'));
    if (bottle !== undefined) await app.reviews.open(bottle);
  };
}
