import { l10n, window } from 'vscode';
import { BottleError } from '../../core/errors.ts';
import { placeOf } from '../../core/manifests/language/place.ts';
import type { App, Command } from '../app.ts';
import { manifestRoots } from '../language/documents.ts';

/** Shows what a manifest comes to after its parents and all defaults: the one meant, else the one in front. */
export function showEffectiveManifestCommand(app: Pick<App, 'manifests'>): Command {
  return async (argument) => {
    const path = pathIn(argument) ?? window.activeTextEditor?.document.uri.fsPath;
    if (path === undefined || placeOf(path, manifestRoots()) === undefined) {
      throw new BottleError('usage', l10n.t('The file in front is no manifest.'), { hint: l10n.t('Open an agent or a bottle first, with "Bottle: Open Manifest".') });
    }
    await app.manifests.documents.open(path);
  };
}

function pathIn(argument: unknown): string | undefined {
  return typeof argument === 'object' && argument !== null && 'path' in argument && typeof argument.path === 'string' ? argument.path : undefined;
}
