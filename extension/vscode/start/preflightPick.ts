import { QuickPickItemKind, ThemeColor, ThemeIcon, l10n, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { Plan } from '../../../schemas/protocol/bottle.ts';
import { preflight } from './preflight.ts';

/** What a person may say to a plan: start it, read what it asks them to agree to, or leave it. */
export type PlanAnswer = 'start' | 'read' | 'leave';

interface PreflightItem extends QuickPickItem {
  readonly answer?: PlanAnswer;
}

/** Shows the plan and waits for the person. `start` can always be said, `leave` by Escape, others when they are given. */
export function askPlan(plan: Plan, more: readonly 'read'[]): Promise<PlanAnswer> {
  const quickPick = window.createQuickPick<PreflightItem>();
  quickPick.title = l10n.t('Start Agent (4/4): {0}', plan.agent);
  quickPick.placeholder = l10n.t('This is what the bottle allows. Enter starts it, Escape leaves it.');
  quickPick.matchOnDescription = true;
  quickPick.ignoreFocusOut = true;
  quickPick.items = items(plan, more);
  return new Promise((resolve) => {
    quickPick.onDidAccept(() => {
      const answer = quickPick.activeItems[0]?.answer;
      if (answer === undefined) return;
      resolve(answer);
      quickPick.hide();
    });
    quickPick.onDidHide(() => {
      resolve('leave');
      quickPick.dispose();
    });
    quickPick.show();
  });
}

function items(plan: Plan, more: readonly 'read'[]): PreflightItem[] {
  const start: PreflightItem = {
    answer: 'start',
    label: plan.consent.required ? l10n.t('Agree and Start') : l10n.t('Start'),
    iconPath: new ThemeIcon('play', new ThemeColor('charts.green')),
    alwaysShow: true,
  };
  const read: PreflightItem = {
    answer: 'read',
    label: l10n.t('Read It Again'),
    description: l10n.t('and come back here'),
    iconPath: new ThemeIcon('diff'),
    alwaysShow: true,
  };
  return [
    start,
    ...more.map(() => read),
    ...preflight(plan, l10n.t).flatMap((section) => [
      { label: section.title, kind: QuickPickItemKind.Separator },
      ...section.lines.map(({ icon, label, description }) => ({
        label,
        description,
        iconPath: icon === 'warning' ? new ThemeIcon(icon, new ThemeColor('list.warningForeground')) : new ThemeIcon(icon),
      })),
    ]),
  ];
}
