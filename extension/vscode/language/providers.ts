import {
  CodeAction, CodeActionKind, CompletionItem, CompletionItemKind, CompletionList, DocumentSymbol, Hover, Location, MarkdownString, Position, SnippetString, SymbolKind, Uri,
} from 'vscode';
import type { CodeActionProvider, CompletionItemProvider, DefinitionProvider, DocumentSymbolProvider, HoverProvider, LocationLink, TextDocument } from 'vscode';
import type { Proposal } from '../../core/manifests/language/complete.ts';
import type { ManifestSymbol } from '../../core/manifests/language/symbols.ts';
import type { AskLanguage } from './asking.ts';
import { diagnosticSource } from './diagnostics.ts';
import { rangeIn } from './documents.ts';
import { workspaceEdit } from './edits.ts';

const proposalKinds: Readonly<Record<Proposal['kind'], CompletionItemKind>> = {
  key: CompletionItemKind.Property,
  word: CompletionItemKind.EnumMember,
  bottle: CompletionItemKind.Module,
  skill: CompletionItemKind.Event,
  provider: CompletionItemKind.Class,
  variable: CompletionItemKind.Variable,
  host: CompletionItemKind.Reference,
};

/** Keys and values at the cursor. */
export function completions(ask: AskLanguage): CompletionItemProvider {
  return {
    provideCompletionItems: async (document, position) => {
      const proposals = (await ask(document, (language, of) => language.complete(of, document.offsetAt(position)))) ?? [];
      return new CompletionList(proposals.map((proposal, index) => completion(document, proposal, index)), false);
    },
  };
}

function completion(document: TextDocument, proposal: Proposal, index: number): CompletionItem {
  const item = new CompletionItem(proposal.label, proposalKinds[proposal.kind]);
  item.detail = proposal.detail;
  item.documentation = new MarkdownString(proposal.documentation);
  item.insertText = 'text' in proposal.insert ? proposal.insert.text : new SnippetString(proposal.insert.snippet);
  item.range = rangeIn(document, proposal.replace);
  item.sortText = String(index).padStart(4, '0');
  // The indentation is right already; the editor would add that of the line.
  item.keepWhitespace = true;
  if (proposal.more) item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}

/** What a key means and what it comes to. */
export function hovers(ask: AskLanguage): HoverProvider {
  return {
    provideHover: async (document, position) => {
      const found = await ask(document, (language, of) => language.hover(of, document.offsetAt(position)));
      return found === undefined ? undefined : new Hover(found.markdown.map((part) => new MarkdownString(part)), rangeIn(document, found.range));
    },
  };
}

/** Where a name leads. */
export function definitions(ask: AskLanguage): DefinitionProvider {
  return {
    provideDefinition: async (document, position): Promise<LocationLink[]> => {
      const found = await ask(document, (language, of) => language.definition(of, document.offsetAt(position)));
      if (found === undefined) return [];
      const { uri, range } = new Location(Uri.file(found.path), new Position(0, 0));
      return [{ originSelectionRange: rangeIn(document, found.from), targetUri: uri, targetRange: range }];
    },
  };
}

const symbolKinds: Readonly<Record<ManifestSymbol['kind'], SymbolKind>> = {
  map: SymbolKind.Object,
  list: SymbolKind.Array,
  value: SymbolKind.Property,
  route: SymbolKind.Interface,
  prompt: SymbolKind.String,
};

/** The outline. */
export function symbols(ask: AskLanguage): DocumentSymbolProvider {
  return { provideDocumentSymbols: async (document) => ((await ask(document, (language, of) => language.symbols(of))) ?? []).map((one) => symbol(document, one)) };
}

function symbol(document: TextDocument, one: ManifestSymbol): DocumentSymbol {
  const made = new DocumentSymbol(one.name || ' ', one.detail, symbolKinds[one.kind], rangeIn(document, one.range), rangeIn(document, one.selection));
  made.children = one.children.map((child) => symbol(document, child));
  return made;
}

/** What can be done about our findings. */
export function quickFixes(ask: AskLanguage): CodeActionProvider {
  return {
    provideCodeActions: async (document, _range, { diagnostics }) => {
      const ours = diagnostics.filter((one) => one.source === diagnosticSource);
      const found = await Promise.all(
        ours.map(async (diagnostic) => {
          const range = { start: document.offsetAt(diagnostic.range.start), end: document.offsetAt(diagnostic.range.end) };
          const fixes = (await ask(document, (language, of) => language.fixes(of, range))) ?? [];
          return Promise.all(
            fixes.map(async (fix) => {
              const action = new CodeAction(fix.title, CodeActionKind.QuickFix);
              action.edit = await workspaceEdit(fix.edits);
              if (fix.create !== undefined) action.edit.createFile(Uri.file(fix.create.path), { contents: Buffer.from(fix.create.text), overwrite: false, ignoreIfExists: true });
              action.diagnostics = [diagnostic];
              action.isPreferred = fix.preferred;
              return action;
            }),
          );
        }),
      );
      return found.flat();
    },
  };
}
