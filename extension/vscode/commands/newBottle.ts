import { Uri, l10n } from 'vscode';
import { BottleError } from '../../core/errors.ts';
import { blanked } from '../../core/templates/blanks.ts';
import { createManifest, manifestPath } from '../../core/templates/create.ts';
import { templates } from '../../core/templates/templates.ts';
import type { App, Command } from '../app.ts';
import { askName, askTemplate } from '../manifest/questions.ts';
import { openWithBlanks } from '../manifest/openWithBlanks.ts';
import { workspaceFolder } from '../start/folder.ts';

/** Writes a bottle from a template, never over an existing one, and opens it at its first blank. */
export function newBottleCommand(app: Pick<App, 'home' | 'store'>): Command {
  return async () => {
    const template = await askTemplate(l10n.t('New Bottle (1/2): template'));
    if (template === undefined) return;
    const name = await askName({ home: app.home(), kind: 'bottles', title: l10n.t('New Bottle (2/2): name'), proposed: template });
    if (name === undefined) return;
    const path = manifestPath(app.home(), 'bottles', name);
    const text = blanked(templates[template].bottle);
    if (!(await createManifest(path, text.text))) throw new BottleError('conflict', l10n.t('There is a bottle {0} by now; it was left alone.', name));
    await openWithBlanks(Uri.file(path), text);
    await app.store.look(workspaceFolder());
  };
}
