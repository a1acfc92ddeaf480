import { Uri } from 'vscode';
import type { RenameProvider } from 'vscode';
import { BottleError } from '../../core/errors.ts';
import type { AskLanguage } from './asking.ts';
import { rangeIn } from './documents.ts';
import { workspaceEdit } from './edits.ts';

/** The rename that began in a manifest last, so that nobody changes its mentions a second time. */
export class OwnRename {
  #files: { readonly from: string; readonly to: string } | undefined;

  begin(from: string, to: string): void {
    this.#files = { from, to };
  }

  is(from: string, to: string): boolean {
    return this.#files?.from === from && this.#files.to === to;
  }
}

/** Gives a bottle, or on its first line a manifest, another name: the file and everything that names it. */
export function renames(ask: AskLanguage, own: OwnRename): RenameProvider {
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
      own.begin(made.file.from, made.file.to);
      edit.renameFile(Uri.file(made.file.from), Uri.file(made.file.to), { overwrite: false });
      return edit;
    },
  };
}
