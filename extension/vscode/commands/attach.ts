import { l10n } from 'vscode';
import type { App, Command } from '../app.ts';
import { pickBottle } from './pickBottle.ts';

/** Shows the terminal of a running bottle. */
export function attachCommand(app: Pick<App, 'store' | 'terminals'>): Command {
  return async (argument) => {
    const bottle = await pickBottle(app.store, argument, ['running'], l10n.t('Attach to which bottle?'));
    if (bottle !== undefined) await app.terminals.show(bottle);
  };
}
