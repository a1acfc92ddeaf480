import { QuickPickItemKind, ThemeIcon, commands, l10n, window } from 'vscode';
import type { App, Command } from '../app.ts';
import { commandIds } from '../ids.ts';
import type { CommandName } from '../ids.ts';
import { bottleItem } from './pickBottle.ts';

const actions: readonly { readonly name: CommandName; readonly title: string; readonly icon: string }[] = [
  { name: 'startAgent', title: 'Start Agent', icon: 'add' },
  { name: 'reviewChanges', title: 'Review Changes', icon: 'diff-multiple' },
  { name: 'showEgressLog', title: 'Show Egress Log', icon: 'globe' },
  { name: 'doctor', title: 'Doctor', icon: 'pulse' },
];

/** What a click on the status bar offers: the bottles, and what can be done. */
export function showMenuCommand(app: Pick<App, 'store'>): Command {
  return async () => {
    await app.store.refresh();
    const bottles = app.store.bottles.map((bottle) => ({
      ...bottleItem(bottle),
      run: bottle.state === 'running' ? commandIds.attach : commandIds.reviewChanges,
      args: [bottle.slug],
    }));
    const picked = await window.showQuickPick(
      [
        ...bottles,
        { label: '', kind: QuickPickItemKind.Separator, run: '', args: [] },
        ...actions.filter((action) => bottles.length > 0 || action.name === 'startAgent' || action.name === 'doctor').map((action) => ({
          label: l10n.t(action.title),
          iconPath: new ThemeIcon(action.icon),
          run: commandIds[action.name],
          args: [],
        })),
      ],
      { title: l10n.t('Bot Bottle'), placeHolder: l10n.t('A running bottle opens its terminal, an ended one its changes') },
    );
    if (picked !== undefined && picked.run !== '') await commands.executeCommand(picked.run, ...picked.args);
  };
}
