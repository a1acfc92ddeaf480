import { Uri } from 'vscode';
import type { RenameProvider } from 'vscode';
import { BottleError } from '../../core/errors.ts';
import type { AskLanguage } from './asking.ts';
import { rangeIn } from './documents.ts';
import { workspaceEdit } from './edits.ts';

/** Gives a bottle, or on its first line a manifest, another name: the file and everything that names it. */
export function renames(ask: AskLanguage): RenameProvider {
  return {
    prepareRename: async (document, position) => {
      const target = await ask(document, (language, of) => language.renamable(of, document.offsetAt(position)));
      if (target === undefined) return undefined;
      if ('refusal' in target) throw new BottleError('usage', target.refusal);
      return { range: rangeIn(document, target.range), placeholder: target.name };
    },
    provideRenameEdits: async (document, position, name) => {
      const made = await ask(document, async (language, of) => {
        const target = await language.renamable(of, document.offsetAt(position));
        return 'refusal' in target ? target : language.rename(target, name);
      });
      if (made === undefined) return undefined;
      if ('refusal' in made) throw new BottleError('usage', made.refusal);
      const edit = await workspaceEdit(made.edits);
      edit.renameFile(Uri.file(made.file.from), Uri.file(made.file.to), { overwrite: false });
      return edit;
    },
  };
}
