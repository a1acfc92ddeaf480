import { workspace } from 'vscode';
import type { Disposable, FileWillRenameEvent, WorkspaceEdit } from 'vscode';
import { placeOf } from '../../core/manifests/language/place.ts';
import type { LoadEngine } from '../engine.ts';
import { manifestRoots } from './documents.ts';
import { workspaceEdit } from './edits.ts';

/** When a person gives a bottle's file another name, what names the bottle follows. */
export function followFileRenames(load: LoadEngine): Disposable {
  return workspace.onWillRenameFiles((event) => {
    const renamed = workspace.isTrusted ? bottlesIn(event) : [];
    if (renamed.length > 0) event.waitUntil(edits(load, renamed));
  });
}

function bottlesIn({ files }: FileWillRenameEvent): readonly { readonly from: string; readonly to: string }[] {
  const roots = manifestRoots();
  return files.flatMap(({ oldUri, newUri }) => {
    const [from, to] = [placeOf(oldUri.fsPath, roots), placeOf(newUri.fsPath, roots)];
    const both = from?.kind === 'bottle' && from.origin === 'home' && to?.kind === 'bottle' && to.origin === 'home';
    return both && /^[a-z][a-z0-9-]*$/.test(to.name) ? [{ from: from.name, to: to.name }] : [];
  });
}

/** Undefined where the mentions were changed already, as by a rename in a manifest: the editor asks the person about any edit. */
async function edits(load: LoadEngine, renamed: readonly { readonly from: string; readonly to: string }[]): Promise<WorkspaceEdit | undefined> {
  const { language } = await load();
  const all = await Promise.all(renamed.map(({ from, to }) => language.mentions(from, to)));
  return all.flat().length === 0 ? undefined : workspaceEdit(all.flat());
}
