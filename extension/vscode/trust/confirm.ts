import { ProgressLocation, l10n, window } from 'vscode';
import type { StartPlan } from '../../core/bottle/bottles.ts';
import type { App } from '../app.ts';
import { askPlan } from '../start/preflightPick.ts';

/**
 * Shows the plan and waits for the person's yes. A workspace's agent is read first, as a diff that nothing covers; the
 * question comes when they answer or close it. What they agree to is filed.
 */
export async function confirmPlan(app: Pick<App, 'load' | 'consents'>, plan: StartPlan): Promise<boolean> {
  if (plan.review === null) return (await askPlan(plan.shown, [])) === 'start';
  try {
    for (;;) {
      if (!(await read(app, plan))) return false;
      const answer = await askPlan(plan.shown, ['read']);
      if (answer === 'leave') return false;
      if (answer === 'start') break;
    }
    await (await app.load()).bottles.approve(plan);
    return true;
  } finally {
    await app.consents.close(plan);
  }
}

/** Opens the diff and waits until the person is done with it. False when they gave up. */
async function read({ consents }: Pick<App, 'consents'>, plan: StartPlan): Promise<boolean> {
  await consents.open(plan);
  const title = l10n.t('The agent {0} comes from this workspace. Read what it says and could do, then choose Answer in the title bar, or close the diff.', plan.shown.agent);
  return window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, async (_progress, stop) => {
    await consents.read(plan, stop);
    return !stop.isCancellationRequested;
  });
}
