import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CodeAction, CodeActionKind, CompletionList, Location, Position, Range, Uri, WorkspaceEdit, commands, languages, window, workspace } from 'vscode';
import type { CodeLens, DocumentSymbol, Hover, LocationLink, TextDocument } from 'vscode';
import { commandIds, schemes } from '../../extension/vscode/ids.ts';
import { activated } from './extensionUnderTest.ts';

const home = process.env['BOT_BOTTLE_HOME'] ?? '';

/** Writes a file and the folders it lies in. */
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Writes a manifest and opens it; `▮` is where the cursor is. */
async function opened(path: string, marked: string): Promise<{ readonly document: TextDocument; readonly cursor: Position }> {
  await activated();
  const text = marked.replace('▮', '');
  write(path, text);
  const document = await workspace.openTextDocument(Uri.file(path));
  await window.showTextDocument(document);
  if (document.getText() !== text) await replaced(document, text);
  return { document, cursor: document.positionAt(Math.max(0, marked.indexOf('▮'))) };
}

async function replaced(document: TextDocument, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(new Position(0, 0), document.positionAt(document.getText().length)), text);
  assert.ok(await workspace.applyEdit(edit));
  await document.save();
}

/** Waits until the findings of a document are as they should be. */
async function findings(document: TextDocument, enough: (messages: readonly string[]) => boolean): Promise<readonly string[]> {
  const now = () => languages.getDiagnostics(document.uri).filter((one) => one.source === 'Bot Bottle').map((one) => one.message);
  if (enough(now())) return now();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      listening.dispose();
      reject(new Error(`the findings stayed ${JSON.stringify(now())}`));
    }, 15_000);
    const listening = languages.onDidChangeDiagnostics(() => {
      if (!enough(now())) return;
      clearTimeout(timer);
      listening.dispose();
      resolve(now());
    });
  });
}

const none = (messages: readonly string[]): boolean => messages.length === 0;
const some = (messages: readonly string[]): boolean => messages.length > 0;

async function labels(document: TextDocument, cursor: Position): Promise<readonly string[]> {
  const list = await commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', document.uri, cursor);
  return list.items.filter((item) => item.detail !== undefined && item.sortText?.length === 4).map((item) => (typeof item.label === 'string' ? item.label : item.label.label));
}

const bottle = (name: string): string => join(home, 'bottles', `${name}.md`);
const agent = (name: string): string => join(home, 'agents', `${name}.md`);
const shell = '---\nagent_provider: {template: shell}\n---\n';

export function manifestSuite(): void {
  describe('a manifest in the editor', () => {
    it('has its errors underlined while it is typed, and no more once they are gone', async () => {
      const { document } = await opened(bottle('typed'), '---\negress:\n  routs: []\n---\n');
      assert.match((await findings(document, some))[0] ?? '', /Did you mean routes/);
      const [diagnostic] = languages.getDiagnostics(document.uri);
      assert.equal(document.getText(diagnostic?.range), 'routs');
      await replaced(document, '---\negress:\n  routes: []\n---\n');
      await findings(document, none);
    });

    it('learns from other manifests, also from files that are not open', async () => {
      const { document } = await opened(agent('crossing'), '---\nbottle: later\n---\n');
      assert.match((await findings(document, some))[0] ?? '', /There is no bottle "later"/);
      write(bottle('later'), shell);
      await findings(document, none);
    });

    it('proposes keys, bottles, variables, and behind host: what the proxy was asked for', async () => {
      const line = { ts: '2026-01-01T00:00:00.000Z', id: 'a', slug: 'one', verdict: 'block', method: 'GET', host: 'asked.example', port: 443, path: '/', reason: '', status: 403, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [] };
      write(join(home, 'state/one/egress/log.jsonl'), `${JSON.stringify(line)}\n`);
      const keys = await opened(bottle('proposing-keys'), '---\negress:\n  ▮\n---\n');
      assert.deepEqual(await labels(keys.document, keys.cursor), ['routes', 'log']);
      const hosts = await opened(bottle('proposing-hosts'), '---\negress:\n  routes:\n    - host: ▮\n---\n');
      assert.deepEqual(await labels(hosts.document, hosts.cursor), ['asked.example']);
      const bottles = await opened(agent('proposing'), '---\nbottle: ▮\n---\n');
      assert.ok((await labels(bottles.document, bottles.cursor)).includes('proposing-keys'));
      const variables = await opened(bottle('proposing-variables'), '---\nagent_provider: {auth_token: ▮}\n---\n');
      const offered = await labels(variables.document, variables.cursor);
      assert.ok(offered.includes('BOT_BOTTLE_HOME'));
      assert.ok(!offered.some((label) => label.includes(home)), 'a value is never proposed');
    });

    it('explains a key, with what it comes to after extends and where that is written', async () => {
      write(bottle('parent'), '---\negress:\n  log: 1\n  routes:\n    - host: parent.example\n---\n');
      const { document, cursor } = await opened(bottle('explained'), '---\nextends: parent\negress:\n  rou▮tes:\n    - host: own.example\n---\n');
      const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, cursor);
      const words = hovers.flatMap((hover) => hover.contents.map((part) => (typeof part === 'string' ? part : part.value))).join('\n');
      assert.match(words, /\*\*`routes`\*\*/);
      assert.match(words, /Effective: `parent\.example`, `own\.example` \(from parent\.md:5, this file\)/);
    });

    it('leads from a name to its file', async () => {
      write(bottle('target'), shell);
      const { document, cursor } = await opened(agent('leading'), '---\nbottle: tar▮get\n---\n');
      const found = await commands.executeCommand<(Location | LocationLink)[]>('vscode.executeDefinitionProvider', document.uri, cursor);
      assert.deepEqual(found.map((one) => ('targetUri' in one ? one.targetUri : one.uri).fsPath), [bottle('target')]);
    });

    it('gives a bottle another name in its file name and wherever it is named, comments kept', async () => {
      write(bottle('before'), shell);
      write(bottle('child'), '---\nextends: before # the parent\n---\n');
      const [folder] = workspace.workspaceFolders ?? [];
      const mine = join(folder?.uri.fsPath ?? '', '.bot-bottle/agents/mine.md');
      write(mine, "---\nbottle: 'before'\n---\nbefore\n");
      const { document, cursor } = await opened(agent('renaming'), '---\n# why\nbottle: be▮fore # here\n---\nbefore\n');
      const edit = await commands.executeCommand<WorkspaceEdit>('vscode.executeDocumentRenameProvider', document.uri, cursor, 'after');
      assert.deepEqual(edit.entries().map(([uri]) => uri.fsPath).sort(), [agent('renaming'), bottle('child'), mine].sort());
      assert.ok(await workspace.applyEdit(edit));
      // An edit leaves what it changed unsaved; the editor's own rename saves it.
      for (const changed of workspace.textDocuments.filter((one) => one.isDirty)) assert.ok(await changed.save());
      assert.ok(!existsSync(bottle('before')));
      assert.equal(readFileSync(bottle('after'), 'utf8'), shell);
      assert.equal(readFileSync(bottle('child'), 'utf8'), '---\nextends: after # the parent\n---\n');
      assert.equal(readFileSync(agent('renaming'), 'utf8'), '---\n# why\nbottle: after # here\n---\nbefore\n');
      assert.equal(readFileSync(mine, 'utf8'), "---\nbottle: 'after'\n---\nbefore\n");
      await findings(document, none);
      await assert.rejects(async () => commands.executeCommand('vscode.executeDocumentRenameProvider', document.uri, cursor, 'child'), /already/);
    });

    it('is followed by what names it when its file gets another name', async () => {
      write(bottle('moved'), shell);
      const { document } = await opened(agent('following'), '---\nbottle: moved # here\n---\n');
      const edit = new WorkspaceEdit();
      edit.renameFile(Uri.file(bottle('moved')), Uri.file(bottle('arrived')));
      assert.ok(await workspace.applyEdit(edit));
      assert.equal(document.getText(), '---\nbottle: arrived # here\n---\n');
      await document.save();
    });

    it('has an outline with routes by their host', async () => {
      const { document } = await opened(bottle('outlined'), '---\negress:\n  routes:\n    - host: a.example\n---\nNotes.\n');
      const found = await commands.executeCommand<DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri);
      const ours = found.find((one) => one.name === 'egress');
      assert.deepEqual(ours?.children.map((one) => one.name), ['routes']);
      assert.deepEqual(ours?.children[0]?.children.map((one) => one.name), ['a.example']);
    });

    it('is made valid by a quick fix', async () => {
      const { document } = await opened(bottle('fixed'), '---\negress:\n  routes:\n    - host: https://a.example/api # mine\n---\n');
      await findings(document, some);
      const [diagnostic] = languages.getDiagnostics(document.uri);
      const actions = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, diagnostic?.range, CodeActionKind.QuickFix.value);
      const split = actions.find((one) => one.title === 'Split into host a.example and path /api');
      assert.ok(split?.edit !== undefined, actions.map((one) => one.title).join('; '));
      assert.ok(await workspace.applyEdit(split.edit));
      await findings(document, none);
      assert.equal(document.getText(), '---\negress:\n  routes:\n    - host: a.example # mine\n      matches:\n        - paths:\n            - value: "/api"\n---\n');
    });

    it('is offered the bottle that it misses', async () => {
      const { document } = await opened(agent('wanting'), '---\nbottle: wanted\n---\n');
      await findings(document, some);
      const [diagnostic] = languages.getDiagnostics(document.uri);
      const actions = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, diagnostic?.range, CodeActionKind.QuickFix.value);
      assert.ok(actions.some((one) => one.title === 'Create the bottle wanted' && one.edit !== undefined), actions.map((one) => one.title).join('; '));
    });

    it('has buttons above an agent and the use of each route above it', async () => {
      const lensesOf = async (document: TextDocument) => (await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 100)).map((lens) => `${lens.range.start.line} ${lens.command?.title}`);
      const above = await opened(agent('buttoned'), '---\nbottle: after\n---\n');
      assert.deepEqual(await lensesOf(above.document), ['0 $(play) Start', '0 Dry run', '0 Effective manifest']);
      const count = { blocked: 0, bytesUp: 0, bytesDown: 0, firstSession: 1 };
      write(join(home, 'usage/used.json'), JSON.stringify({ version: 1, sessions: 3, added: [], routes: { 'a.example': { ...count, hits: 7, lastUse: '2026-01-02T03:04:05.000Z', lastSession: 1 } } }));
      const used = await opened(bottle('used'), '---\negress:\n  routes:\n    - host: a.example\n    - host: b.example\n---\n');
      const lenses = await lensesOf(used.document);
      assert.equal(lenses.length, 3);
      assert.match(lenses[1] ?? '', /^3 7 hits, last .*2026.*, unused in the last 2 sessions$/);
      assert.equal(lenses[2], '4 not used yet');
    });

    it('shows what it comes to in a document that cannot be edited and follows the files', async () => {
      write(bottle('root'), '---\negress:\n  routes:\n    - host: first.example\n---\n');
      const { document } = await opened(agent('whole'), '---\nbottle: root\n---\nBe kind.\n');
      await commands.executeCommand(commandIds.showEffectiveManifest, { path: document.uri.fsPath });
      const shown = window.activeTextEditor?.document;
      assert.equal(shown?.uri.scheme, schemes.effective);
      assert.match(shown?.getText() ?? '', /prompt: Be kind\.[^]*host: first\.example[^]*supervise: true/);
      assert.notEqual(workspace.fs.isWritableFileSystem(schemes.effective), true);
      const changed = new Promise<void>((resolve) => {
        const listening = workspace.onDidChangeTextDocument((event) => {
          if (event.document.uri.scheme !== schemes.effective || !event.document.getText().includes('second.example')) return;
          listening.dispose();
          resolve();
        });
      });
      write(bottle('root'), '---\negress:\n  routes:\n    - host: second.example\n---\n');
      await changed;
    });

    it('is no manifest in a folder of another name', async () => {
      const [folder] = workspace.workspaceFolders ?? [];
      const { document, cursor } = await opened(join(folder?.uri.fsPath ?? '', '.claude/agents/other.md'), '---\nbottle: ▮\n---\n');
      assert.deepEqual(await labels(document, cursor), []);
      assert.deepEqual(await commands.executeCommand('vscode.executeCodeLensProvider', document.uri, 100), []);
    });
  });
}
