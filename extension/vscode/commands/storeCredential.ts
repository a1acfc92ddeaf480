import { l10n } from 'vscode';
import type { App, Command } from '../app.ts';
import { notify } from '../notify.ts';

/** Stores a credential under the name that a bottle's manifest gives it. */
export function storeCredentialCommand(app: Pick<App, 'credentials'>): Command {
  return async (argument) => {
    const stored = await app.credentials.store(typeof argument === 'string' ? argument : undefined);
    if (stored !== undefined) void notify.information(l10n.t('{0} is kept in the secret storage of the editor.', stored));
  };
}
