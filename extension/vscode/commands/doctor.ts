import { ThemeColor, ThemeIcon, env, l10n, window } from 'vscode';
import type { App, Command } from '../app.ts';
import { onlyBackend } from '../settings.ts';
import { workspaceFolder } from '../start/folder.ts';

/** Looks at this machine and lists what is there, what is missing and how to get it. */
export function doctorCommand(app: Pick<App, 'load' | 'store' | 'log'>): Command {
  return async () => {
    const { bottles } = await app.load();
    const report = await bottles.doctor(onlyBackend());
    for (const check of report.checks) app.log[check.ok ? 'info' : 'warn'](`doctor ${check.ok ? 'ok  ' : 'FAIL'} ${check.id}: ${check.detail}${check.fix === '' ? '' : ` -> ${check.fix}`}`);
    const ordered = [...report.checks].sort((a, b) => Number(a.ok) - Number(b.ok));
    const items = ordered.map((check) => ({
      fix: check.fix,
      label: check.id,
      description: check.ok ? l10n.t('ok') : l10n.t('missing'),
      detail: [check.detail, check.fix].filter((part) => part !== '').join(' — '),
      iconPath: check.ok ? new ThemeIcon('pass', new ThemeColor('testing.iconPassed')) : new ThemeIcon('error', new ThemeColor('testing.iconFailed')),
    }));
    const picked = await window.showQuickPick(items, {
      title: report.ok ? l10n.t('Doctor: bottles can run here') : l10n.t('Doctor: something is missing'),
      placeHolder: l10n.t('Pick a line to copy what to do about it'),
      matchOnDetail: true,
    });
    if (picked !== undefined && picked.fix !== '') await env.clipboard.writeText(picked.fix);
    await app.store.look(workspaceFolder());
  };
}
