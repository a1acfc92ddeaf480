import { l10n, window } from 'vscode';
import type { StartPlan } from '../../core/bottle/bottles.ts';
import type { App } from '../app.ts';
import { askPlan } from '../start/preflightPick.ts';

/**
 * Shows the plan and waits for the person's yes. A workspace's agent is shown as a diff behind the question; who wants
 * to read it at leisure leaves the question, and closing the diff brings it back. What they agree to is filed.
 */
export async function confirmPlan(app: Pick<App, 'load' | 'consents'>, plan: StartPlan): Promise<boolean> {
  if (plan.review === null) return (await askPlan(plan.shown, [])) === 'start';
  await app.consents.open(plan, false);
  try {
    for (;;) {
      const answer = await askPlan(plan.shown, ['read']);
      if (answer === 'leave') return false;
      if (answer === 'start') break;
      await read(app, plan);
    }
    await (await app.load()).bottles.approve(plan);
    return true;
  } finally {
    await app.consents.close(plan);
  }
}

async function read({ consents }: Pick<App, 'consents'>, plan: StartPlan): Promise<void> {
  const hint = window.setStatusBarMessage(`$(info) ${l10n.t('Close the diff to go back to the question.')}`);
  try {
    await consents.open(plan, true);
    await consents.closed(plan);
  } finally {
    hint.dispose();
  }
}
