import { Uri, l10n } from 'vscode';
import { BottleError } from '../../core/errors.ts';
import { blanked } from '../../core/templates/blanks.ts';
import { createManifest, manifestPath } from '../../core/templates/create.ts';
import { agentTemplate, templates } from '../../core/templates/templates.ts';
import type { App, Command } from '../app.ts';
import { askBottle, askName } from '../manifest/questions.ts';
import { openWithBlanks } from '../manifest/openWithBlanks.ts';
import { workspaceFolder } from '../start/folder.ts';

const prompt = '«You work in a sealed copy of the project. A person reviews every change before it reaches their files.»';

/**
 * Writes an agent for a bottle there is, or for one made from a template beside it, never over existing files. Opens
 * what was written, at the first blank.
 */
export function newAgentCommand(app: Pick<App, 'home' | 'store'>): Command {
  return async () => {
    const home = app.home();
    const choice = await askBottle(home, l10n.t('New Agent (1/2): bottle'));
    if (choice === undefined) return;
    const made = 'template' in choice ? choice.template : undefined;
    const name = await askName({ home, kind: 'agents', title: l10n.t('New Agent (2/2): name'), proposed: made ?? 'helper', ...(made === undefined ? {} : { withBottle: true }) });
    if (name === undefined) return;
    const agent = blanked(agentTemplate('bottle' in choice ? choice.bottle : name, made === undefined ? prompt : templates[made].prompt));
    const files = [
      ...(made === undefined ? [] : [{ path: manifestPath(home, 'bottles', name), text: blanked(templates[made].bottle) }]),
      { path: manifestPath(home, 'agents', name), text: agent },
    ];
    for (const { path, text } of files) {
      if (!(await createManifest(path, text.text))) throw new BottleError('conflict', l10n.t('There is a file {0} by now; it was left alone.', path));
    }
    // The bottle comes last to the front: its blanks decide whether anything works.
    for (const { path, text } of files.reverse()) await openWithBlanks(Uri.file(path), text);
    await app.store.look(workspaceFolder());
  };
}
