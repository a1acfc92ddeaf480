import { workspace } from 'vscode';
import type { Disposable, FileWillRenameEvent, WorkspaceEdit } from 'vscode';
import { placeOf, type ManifestPlace } from '../../core/manifests/language/place.ts';
import type { LoadEngine } from '../engine.ts';
import { manifestRoots } from './documents.ts';
import { workspaceEdit } from './edits.ts';
import type { OwnRename } from './renames.ts';

/** When a person gives a bottle's file another name, what names the bottle follows. */
export function followFileRenames(load: LoadEngine, own: OwnRename): Disposable {
  return workspace.onWillRenameFiles((event) => {
    const renamed = workspace.isTrusted ? bottlesIn(event).filter((one) => !own.is(one.from.path, one.to.path)) : [];
    if (renamed.length > 0) event.waitUntil(edits(load, renamed));
  });
}

interface Renamed {
  readonly from: ManifestPlace;
  readonly to: ManifestPlace;
}

function bottlesIn({ files }: FileWillRenameEvent): readonly Renamed[] {
  const roots = manifestRoots();
  return files.flatMap(({ oldUri, newUri }) => {
    const [from, to] = [placeOf(oldUri.fsPath, roots), placeOf(newUri.fsPath, roots)];
    const both = from?.kind === 'bottle' && from.origin === 'home' && to?.kind === 'bottle' && to.origin === 'home';
    return both && /^[a-z][a-z0-9-]*$/.test(to.name) ? [{ from, to }] : [];
  });
}

/** Undefined where nothing names it: the editor asks the person about any edit. */
async function edits(load: LoadEngine, renamed: readonly Renamed[]): Promise<WorkspaceEdit | undefined> {
  const { language } = await load();
  const all = await Promise.all(renamed.map(({ from, to }) => language.mentions(from.name, to.name)));
  return all.flat().length === 0 ? undefined : workspaceEdit(all.flat());
}
