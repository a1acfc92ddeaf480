import { QuickPickItemKind, ThemeColor, ThemeIcon, l10n, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { Plan } from '../../../schemas/protocol/bottle.ts';
import type { Credentials } from '../credentials.ts';
import { credentialNames, preflight } from './preflight.ts';
import type { PreflightLine } from './preflight.ts';

interface PreflightItem extends QuickPickItem {
  readonly start?: true;
  readonly line?: PreflightLine;
}

/**
 * Shows the plan and waits for the person: true to start, false to leave it. A line about a missing credential lets
 * them store it and comes back.
 */
export async function confirmPlan(plan: Plan, credentials: Credentials): Promise<boolean> {
  for (;;) {
    const picked = await pick(plan, await credentials.missing(credentialNames(plan)));
    if (picked === undefined) return false;
    if (picked.start === true) return true;
    if (picked.line?.credential !== undefined) await credentials.store(picked.line.credential);
  }
}

function pick(plan: Plan, missing: readonly string[]): Promise<PreflightItem | undefined> {
  const quickPick = window.createQuickPick<PreflightItem>();
  quickPick.title = l10n.t('Start Agent (4/4): {0}', plan.agent);
  quickPick.placeholder = l10n.t('This is what the bottle allows. Enter starts it, Escape leaves it.');
  quickPick.matchOnDescription = true;
  quickPick.ignoreFocusOut = true;
  quickPick.items = items(plan, missing);
  return new Promise((resolve) => {
    quickPick.onDidAccept(() => {
      const [chosen] = quickPick.activeItems;
      if (chosen === undefined || (chosen.start === undefined && chosen.line?.credential === undefined)) return;
      resolve(chosen);
      quickPick.hide();
    });
    quickPick.onDidHide(() => {
      resolve(undefined);
      quickPick.dispose();
    });
    quickPick.show();
  });
}

function items(plan: Plan, missing: readonly string[]): PreflightItem[] {
  const start: PreflightItem = {
    start: true,
    label: plan.consent.required ? l10n.t('Agree and Start') : l10n.t('Start'),
    description: missing.length === 0 ? '' : l10n.t('a credential is missing'),
    iconPath: new ThemeIcon('play', new ThemeColor('charts.green')),
    alwaysShow: true,
  };
  return [
    start,
    ...preflight(plan, missing, l10n.t).flatMap((section) => [
      { label: section.title, kind: QuickPickItemKind.Separator },
      ...section.lines.map((line) => ({
        line,
        label: line.label,
        description: line.description,
        ...(line.detail === undefined ? {} : { detail: line.detail }),
        iconPath: line.icon === 'warning' || line.credential !== undefined ? new ThemeIcon(line.icon, new ThemeColor('list.warningForeground')) : new ThemeIcon(line.icon),
      })),
    ]),
  ];
}
