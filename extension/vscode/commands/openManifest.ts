import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ThemeIcon, Uri, l10n, window, workspace } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { BottleError } from '../../core/errors.ts';
import type { App, Command } from '../app.ts';
import { workspaceFolder } from '../start/folder.ts';

interface ManifestItem extends QuickPickItem {
  readonly path: string;
}

/** Opens the file of an agent or a bottle. */
export function openManifestCommand(app: Pick<App, 'load' | 'home'>): Command {
  return async () => {
    const { bottles } = await app.load();
    const agents = await bottles.agents(workspaceFolder());
    const items: ManifestItem[] = [
      ...agents.map((agent) => ({
        label: agent.name,
        description: agent.origin === 'home' ? l10n.t('agent') : l10n.t('agent of this workspace'),
        iconPath: new ThemeIcon('person'),
        path: agent.path,
      })),
      ...(await bottleFiles(app.home())),
    ];
    if (items.length === 0) throw new BottleError('manifest-missing', l10n.t('There is no agent and no bottle in {0} yet.', app.home()));
    const picked = await window.showQuickPick(items, { title: l10n.t('Open Manifest'), matchOnDescription: true });
    if (picked !== undefined) await window.showTextDocument(await workspace.openTextDocument(Uri.file(picked.path)));
  };
}

async function bottleFiles(home: string): Promise<ManifestItem[]> {
  const folder = join(home, 'bottles');
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => ({ label: name.slice(0, -3), description: l10n.t('bottle'), iconPath: new ThemeIcon('beaker'), path: join(folder, name) }));
}
