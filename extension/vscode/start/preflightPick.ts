import { QuickPickItemKind, ThemeColor, ThemeIcon, l10n, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { Plan } from '../../../schemas/protocol/bottle.ts';
import { preflight } from './preflight.ts';

interface PreflightItem extends QuickPickItem {
  readonly start?: true;
}

/** Shows the plan and waits for the person: true to start, false to leave it. Only the first line can be accepted. */
export function confirmPlan(plan: Plan): Promise<boolean> {
  const quickPick = window.createQuickPick<PreflightItem>();
  quickPick.title = l10n.t('Start Agent (4/4): {0}', plan.agent);
  quickPick.placeholder = l10n.t('This is what the bottle allows. Enter starts it, Escape leaves it.');
  quickPick.matchOnDescription = true;
  quickPick.ignoreFocusOut = true;
  quickPick.items = items(plan);
  return new Promise((resolve) => {
    quickPick.onDidAccept(() => {
      if (quickPick.activeItems[0]?.start !== true) return;
      resolve(true);
      quickPick.hide();
    });
    quickPick.onDidHide(() => {
      resolve(false);
      quickPick.dispose();
    });
    quickPick.show();
  });
}

function items(plan: Plan): PreflightItem[] {
  const start: PreflightItem = {
    start: true,
    label: plan.consent.required ? l10n.t('Agree and Start') : l10n.t('Start'),
    iconPath: new ThemeIcon('play', new ThemeColor('charts.green')),
    alwaysShow: true,
  };
  return [
    start,
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
