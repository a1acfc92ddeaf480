import type { DocumentFilter, LogOutputChannel, TextDocument } from 'vscode';
import { toBottleError } from '../../core/errors.ts';
import type { Language, ManifestText } from '../../core/manifests/language/language.ts';
import type { LoadEngine } from '../engine.ts';
import { schemes } from '../ids.ts';
import { manifestOf } from './documents.ts';

/** Files that may be manifests by their folder; `manifestOf` knows. */
export const manifestFiles: DocumentFilter = { language: 'markdown', scheme: 'file', pattern: '**/{bottles,agents,recommended-bottles}/*.md' };

/** As `manifestFiles`, with bottles under review: for what only looks at the text and changes no file. */
export const manifestTexts: readonly DocumentFilter[] = [manifestFiles, { language: 'markdown', scheme: schemes.draft, pattern: '/proposed/*.md' }];

/** Asks the language about a document; undefined for one that is no manifest. */
export type AskLanguage = <T>(document: TextDocument, ask: (language: Language, of: ManifestText) => Promise<T> | T) => Promise<T | undefined>;

/** Loads the core only when a manifest is asked about. What goes wrong is logged: an editor asks with every key. */
export function askLanguage(load: LoadEngine, log: LogOutputChannel): AskLanguage {
  return async (document, ask) => {
    const of = manifestOf(document);
    if (of === undefined) return undefined;
    try {
      return await ask((await load()).language, of);
    } catch (thrown) {
      log.error(toBottleError(thrown).message);
      return undefined;
    }
  };
}
