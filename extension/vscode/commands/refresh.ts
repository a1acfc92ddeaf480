import type { App, Command } from '../app.ts';
import { workspaceFolder } from '../start/folder.ts';

/** Looks again at bottles, manifests and machine. */
export function refreshCommand(app: Pick<App, 'store'>): Command {
  return async () => {
    await app.store.refresh();
    await app.store.look(workspaceFolder());
  };
}
