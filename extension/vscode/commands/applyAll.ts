import { l10n } from 'vscode';
import type { App, Command } from '../app.ts';
import { bottleTitle } from '../terminal/appearance.ts';
import { pickBottle } from './pickBottle.ts';
import { rootOf } from './sourceControlRoot.ts';
import { notify } from '../notify.ts';

/** Takes everything that may be taken; risky files after their own yes, conflicts never. */
export function applyAllCommand(app: Pick<App, 'store' | 'reviews'>): Command {
  return async (argument) => {
    const bottle = await pickBottle(app.store, rootOf(app.reviews, argument) ?? app.reviews.activeSlug, ['running', 'exited'], l10n.t('Apply all changes of which bottle?'));
    if (bottle === undefined) return;
    const shown = app.reviews.seen(bottle);
    const files = shown.length > 0 ? shown : await app.reviews.refresh(bottle);
    if (files.length === 0) void notify.information(l10n.t('{0} has not changed any file.', bottleTitle(bottle)));
    else await app.reviews.apply(bottle, files);
  };
}
