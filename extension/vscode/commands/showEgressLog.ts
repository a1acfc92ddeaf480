import { l10n } from 'vscode';
import type { App, Command } from '../app.ts';
import { pickBottle } from './pickBottle.ts';
import { rootOf } from './sourceControlRoot.ts';

/** Brings up the live egress panel with a bottle. */
export function showEgressLogCommand(app: Pick<App, 'store' | 'egress' | 'reviews'>): Command {
  return async (argument) => {
    const bottle = await pickBottle(app.store, rootOf(app.reviews, argument), ['running', 'exited', 'stopping'], l10n.t('Show the egress log of which bottle?'));
    if (bottle !== undefined) await app.egress.show(bottle.slug);
  };
}
