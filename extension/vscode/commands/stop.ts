import { ProgressLocation, l10n, window } from 'vscode';
import type { BottleSummary } from '../../../schemas/protocol/bottle.ts';
import type { App, Command } from '../app.ts';
import { bottleTitle } from '../terminal/appearance.ts';
import { pickBottle } from './pickBottle.ts';
import { confirmed } from '../notify.ts';

/** Ends a running bottle, keeping its changes for review; removes an ended one with what was not taken. */
export function stopCommand(app: Pick<App, 'load' | 'store' | 'terminals'>): Command {
  return async (argument) => {
    const bottle = await pickBottle(app.store, argument, ['running', 'exited'], l10n.t('Stop which bottle?'));
    if (bottle === undefined || !(await agreed(bottle))) return;
    const { bottles } = await app.load();
    await window.withProgress({ location: ProgressLocation.Notification, title: l10n.t('Stopping {0}', bottleTitle(bottle)) }, async () => {
      app.terminals.close(bottle.slug);
      await bottles.stop(bottle.slug, { discardChanges: bottle.state === 'exited' });
      await app.store.refresh();
    });
  };
}

async function agreed(bottle: BottleSummary): Promise<boolean> {
  const running = bottle.state === 'running';
  const yes = running ? l10n.t('Stop') : l10n.t('Remove');
  const message = running ? l10n.t('Stop {0}?', bottleTitle(bottle)) : l10n.t('Remove {0} and its changes?', bottleTitle(bottle));
  const detail = running
    ? l10n.t('The agent ends now. Changes that were not reviewed stay.')
    : l10n.t('What was not applied to your workspace is lost. This cannot be undone.');
  return confirmed(message, detail, yes);
}
