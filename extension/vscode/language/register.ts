import { CodeActionKind, languages } from 'vscode';
import type { Event, LogOutputChannel } from 'vscode';
import { Disposables } from '../disposables.ts';
import type { LoadEngine } from '../engine.ts';
import { askLanguage, manifestFiles, manifestTexts } from './asking.ts';
import { ManifestDiagnostics } from './diagnostics.ts';
import { EffectiveDocuments } from './effectiveDocuments.ts';
import { followFileRenames } from './fileRenames.ts';
import { ManifestLenses } from './lenses.ts';
import { completions, definitions, hovers, quickFixes, symbols } from './providers.ts';
import { OwnRename, renames } from './renames.ts';

/**
 * In Markdown the editor proposes nothing by itself while a word is typed, so letters ask too; a space asks for the value
 * behind a key and for the keys behind a dash.
 */
const triggers = [...' {["$abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Manifests in this window's editors. */
export interface ManifestEditing {
  readonly documents: EffectiveDocuments;
  /** Looks at what is open and watches the files, also anew after the folders changed. */
  readonly begin: () => void;
  dispose(): void;
}

/** Registers every language feature of manifests. The core is loaded when the first manifest is open. */
export function registerManifestEditing(given: { readonly load: LoadEngine; readonly log: LogOutputChannel; readonly used: Event<unknown> }): ManifestEditing {
  const held = new Disposables();
  const ask = askLanguage(given.load, given.log);
  const own = new OwnRename();
  const diagnostics = held.add(new ManifestDiagnostics(ask));
  const documents = held.add(new EffectiveDocuments(given.load, diagnostics.onDidChangeManifests));
  held.add(languages.registerCompletionItemProvider(manifestTexts, completions(ask), ...triggers));
  held.add(languages.registerHoverProvider(manifestTexts, hovers(ask)));
  held.add(languages.registerDefinitionProvider(manifestFiles, definitions(ask)));
  held.add(languages.registerRenameProvider(manifestFiles, renames(ask, own)));
  held.add(followFileRenames(given.load, own));
  held.add(languages.registerDocumentSymbolProvider(manifestFiles, symbols(ask), { label: 'Bot Bottle' }));
  held.add(languages.registerCodeActionsProvider(manifestFiles, quickFixes(ask), { providedCodeActionKinds: [CodeActionKind.QuickFix] }));
  const lenses = held.add(new ManifestLenses(ask, given.used));
  held.add(languages.registerCodeLensProvider(manifestFiles, lenses));
  const begin = () => {
    diagnostics.begin();
    lenses.refresh();
  };
  return { documents, begin, dispose: () => held.dispose() };
}
