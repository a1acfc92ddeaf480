import { l10n } from 'vscode';
import type { App, Command } from '../app.ts';
import { slugIn } from './arguments.ts';
import { pickBottle } from './pickBottle.ts';

/** Opens a bottle's egress log as plain text; the one that the panel shows, unless another is named. */
export function openEgressDocumentCommand(app: Pick<App, 'store' | 'egress' | 'documents'>): Command {
  return async (argument) => {
    const wanted = slugIn(argument) ?? app.egress.selected;
    const bottle = await pickBottle(app.store, wanted, ['running', 'exited', 'stopping'], l10n.t('Open the egress log of which bottle?'));
    if (bottle !== undefined) await app.documents.open(bottle.slug);
  };
}
