import { join } from 'node:path';
import { Uri, window, workspace } from 'vscode';
import type { ExtensionContext } from 'vscode';
import type { Runtime } from '../core/ports.ts';
import type { App } from './app.ts';
import { BottleStore } from './bottles/store.ts';
import { StateWatcher } from './bottles/watch.ts';
import { allCommands } from './commands/all.ts';
import { registerCommands } from './commands/register.ts';
import { ContextKeys } from './contextKeys.ts';
import { coreEngine } from './coreEngine.ts';
import { Credentials } from './credentials.ts';
import { Disposables } from './disposables.ts';
import { toBottleError } from '../core/errors.ts';
import { viewIds } from './ids.ts';
import { IncidentWarnings } from './incidents/incidentWarnings.ts';
import { registerManifestEditing } from './language/register.ts';
import { ChangeFiles } from './review/changeFiles.ts';
import { Reviews } from './review/reviews.ts';
import { Drafts } from './recommend/drafts.ts';
import { Recommender } from './recommend/recommender.ts';
import { effectiveEnvironment, homeFolder } from './settings.ts';
import { diskFolderPaths, workspaceFolder } from './start/folder.ts';
import { StatusBar } from './status/statusBar.ts';
import { Terminals } from './terminal/terminals.ts';
import { ConsentDocuments } from './trust/consentDocuments.ts';
import { BottlesView } from './views/bottlesView.ts';
import { EgressDocuments } from './webviews/egressDocuments.ts';
import { EgressView } from './webviews/egressView.ts';

/** Puts the extension together. Registers everything and does nothing else; work begins in `begin`. */
export function compose(context: ExtensionContext): { readonly begin: () => void } {
  const held = new Disposables();
  context.subscriptions.push(held);
  const log = held.add(window.createOutputChannel('Bot Bottle', { log: true }));
  const runtime = runtimeOf(context);
  const credentials = new Credentials(context.secrets, process.env);
  const { load, forget } = coreEngine({ runtime, credentials, log, home: homeFolder, env: effectiveEnvironment });
  const keys = new ContextKeys();
  const store = held.add(new BottleStore(load, keys, log));
  const terminals = held.add(new Terminals({ runtime, home: homeFolder }, () => void store.refresh()));
  const files = held.add(new ChangeFiles(load, () => workspace.isTrusted));
  const reviews = held.add(new Reviews({ load, store, files, keys, log }));
  const documents = held.add(new EgressDocuments(load));
  const egress = held.add(new EgressView({ load, store, documents, log, memory: context.workspaceState, folder: Uri.joinPath(context.extensionUri, 'dist', 'webviews', 'egress') }));
  const manifests = held.add(registerManifestEditing({ load, log, used: store.onDidChange }));
  const consents = held.add(new ConsentDocuments());
  const drafts = held.add(new Drafts(Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'drafts').fsPath));
  const recommender = new Recommender({ load, keys, log, memory: context.workspaceState });
  held.add(new IncidentWarnings(store));
  const status = held.add(new StatusBar(store));
  const view = held.add(new BottlesView(store));
  const tree = held.add(window.createTreeView(viewIds.bottles, { treeDataProvider: view, showCollapseAll: true }));
  const app: App = { load, home: homeFolder, store, terminals, reviews, egress, documents, manifests, consents, drafts, recommender, credentials, status, log };
  held.add(registerCommands(allCommands(app), log));

  const look = () => {
    if (!workspace.isTrusted || !tree.visible) return;
    store.refresh().then(() => store.look(workspaceFolder())).catch((thrown: unknown) => log.error(toBottleError(thrown).message));
  };
  const recommend = () => {
    if (workspace.isTrusted) void recommender.look(diskFolderPaths());
  };
  const watcher = held.add(new StateWatcher(() => void store.refresh()));
  const begin = () => {
    if (!workspace.isTrusted) return;
    watcher
      .start(homeFolder())
      .then(async (slugs) => {
        if (slugs.length > 0 || store.bottles.length > 0) await Promise.all([store.refresh(), terminals.adoptAll()]);
      })
      .catch((thrown: unknown) => log.error(toBottleError(thrown).message));
    manifests.begin();
    recommend();
    look();
  };
  held.add(
    workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('botBottle')) return;
      forget();
      begin();
    }),
  );
  held.add(tree.onDidChangeVisibility(look));
  held.add(workspace.onDidGrantWorkspaceTrust(begin));
  held.add(workspace.onDidChangeWorkspaceFolders(look));
  held.add(workspace.onDidChangeWorkspaceFolders(recommend));
  held.add(workspace.onDidChangeWorkspaceFolders(manifests.begin));
  return { begin };
}

function runtimeOf(context: ExtensionContext): Runtime {
  return {
    node: process.execPath,
    nodeEnv: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
    dist: join(context.extensionPath, 'dist'),
    providerImages: join(context.extensionPath, 'provider-images'),
  };
}
