import { ProgressLocation, l10n, window } from 'vscode';
import type { App, Command } from '../app.ts';
import { notify } from '../notify.ts';

/** Removes what failed or cut-off starts left behind. Bottles that run or wait for review are not touched. */
export function cleanUpCommand(app: Pick<App, 'load' | 'store' | 'log'>): Command {
  return async () => {
    const { bottles } = await app.load();
    const removed = await window.withProgress({ location: ProgressLocation.Window, title: l10n.t('Cleaning up after bottles') }, () => bottles.sweep());
    for (const one of removed) app.log.info(`removed ${one}`);
    await app.store.refresh();
    void notify.information(
      removed.length === 0 ? l10n.t('There was nothing to clean up.') : removed.length === 1 ? l10n.t('Removed {0}.', removed[0] ?? '') : l10n.t('Removed {0} leftovers; the log names them.', removed.length),
    );
  };
}
