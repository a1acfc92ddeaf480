import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodeAction, CodeActionKind, CompletionList, Position, Range, Uri, WorkspaceEdit, commands, languages, workspace } from 'vscode';
import type { TextDocument } from 'vscode';
import { commandIds, schemes } from '../../extension/vscode/ids.ts';
import { activated } from './extensionUnderTest.ts';

const home = process.env['BOT_BOTTLE_HOME'] ?? '';
const mistaken = '---\negress:\n  routs: []\n---\n';

/** Asks until the answer is there; what is waited for has no event of its own. */
async function until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never: ${what}`);
}

/** Picks the only recommended bottle and waits for its side that can be edited. */
async function inReview(): Promise<TextDocument> {
  const choosing = commands.executeCommand(commandIds.adoptBottle);
  const document = await until('a bottle in review', async () => {
    await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    return workspace.textDocuments.find(({ uri }) => uri.scheme === schemes.draft && uri.path.startsWith('/proposed/'));
  });
  await choosing;
  return document;
}

async function becomes(document: TextDocument, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(new Position(0, 0), document.positionAt(document.getText().length)), text);
  assert.ok(await workspace.applyEdit(edit));
  await document.save();
}

const messages = (uri: Uri): readonly string[] => languages.getDiagnostics(uri).filter((one) => one.source === 'Bot Bottle').map((one) => one.message);

export function draftSuite(): void {
  describe('a recommended bottle in review', () => {
    const folder = join(workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', '.bot-bottle');
    after(async () => {
      await commands.executeCommand('workbench.action.closeAllEditors');
      rmSync(folder, { recursive: true, force: true });
    });

    it('has the errors that it would have in the home folder, as it is edited, and nothing is written there', async () => {
      await activated();
      mkdirSync(join(folder, 'recommended-bottles'), { recursive: true });
      writeFileSync(join(folder, 'recommended-bottles/drafted.md'), mistaken);
      const document = await inReview();
      assert.equal(document.getText(), mistaken);
      await until('its error', () => (/Did you mean routes\?/.test(messages(document.uri).join('\n')) ? true : undefined));
      const keys = await commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', document.uri, new Position(2, 2));
      assert.ok(keys.items.some((item) => item.label === 'routes' || (typeof item.label !== 'string' && item.label.label === 'routes')), 'keys are proposed');
      const [first] = languages.getDiagnostics(document.uri);
      const fixes = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, first?.range ?? new Range(0, 0, 0, 0), CodeActionKind.QuickFix.value);
      // A fix names the file that it changes, and that would be the one at home.
      assert.deepEqual(fixes.filter((one) => one.edit !== undefined).map((one) => one.title), []);

      await becomes(document, '---\nextends: nowhere\n---\n');
      await until('the error of another file', () => (/There is no bottle "nowhere"/.test(messages(document.uri).join('\n')) ? true : undefined));
      await becomes(document, '---\negress:\n  routes: []\n---\n');
      await until('no errors', () => (messages(document.uri).length === 0 ? true : undefined));
      assert.equal(existsSync(join(home, 'bottles/drafted.md')), false);
    });
  });
}
