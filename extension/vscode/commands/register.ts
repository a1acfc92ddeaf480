import { commands, l10n, workspace } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import type { Command } from '../app.ts';
import { Disposables } from '../disposables.ts';
import { presentError } from '../errors/present.ts';
import { commandIds } from '../ids.ts';
import type { CommandName } from '../ids.ts';
import { requireTrust } from '../refusal.ts';

const worksUntrusted: ReadonlySet<CommandName> = new Set(['showLog']);

/** The only door to `registerCommand`: trust is checked here, and every failure becomes a notification. */
export function registerCommands(all: Readonly<Record<CommandName, Command>>, log: LogOutputChannel): Disposables {
  const held = new Disposables();
  for (const name of Object.keys(all) as CommandName[]) {
    held.add(
      commands.registerCommand(commandIds[name], async (...args: unknown[]) => {
        try {
          if (!worksUntrusted.has(name)) requireTrust(workspace.isTrusted, l10n.t);
          await all[name](...args);
        } catch (thrown) {
          void presentError(thrown, log);
        }
      }),
    );
  }
  return held;
}
