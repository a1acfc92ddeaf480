import { randomBytes } from 'node:crypto';
import { Uri, commands, env, l10n, window, workspace } from 'vscode';
import type { LogOutputChannel, Memento, WebviewView, WebviewViewProvider } from 'vscode';
import { panelCapacity, panelTail } from '../../../schemas/protocol/egressList.ts';
import type { FromPanel, ToPanel } from '../../../schemas/protocol/egressPanel.ts';
import type { BottleStore } from '../bottles/store.ts';
import { Disposables } from '../disposables.ts';
import type { LoadEngine } from '../engine.ts';
import { toBottleError } from '../../core/errors.ts';
import { presentError } from '../errors/present.ts';
import { viewIds } from '../ids.ts';
import { bottleTitle } from '../terminal/appearance.ts';
import type { EgressDocuments } from './egressDocuments.ts';
import { EgressFeed } from './egressFeed.ts';
import { webviewHtml } from './html.ts';
import { showProposal } from './proposal.ts';
import { panelWords } from './panelWords.ts';

/** What the egress view is made of. */
export interface EgressViewDeps {
  readonly load: LoadEngine;
  readonly store: BottleStore;
  readonly documents: EgressDocuments;
  readonly log: LogOutputChannel;
  /** Of this workspace: which bottle the panel showed outlives the window. */
  readonly memory: Memento;
  /** Folder with `index.js`, `index.css` and the icon font. */
  readonly folder: Uri;
}

const selectedKey = 'egress.selected';

/** The live egress panel. It follows one bottle while it is visible and starts over from a snapshot whenever it is shown. */
export class EgressView implements WebviewViewProvider {
  readonly #deps: EgressViewDeps;
  readonly #held = new Disposables();
  #view: WebviewView | undefined;
  #feed: EgressFeed | undefined;
  #selected: string | undefined;

  constructor(deps: EgressViewDeps) {
    this.#deps = deps;
    this.#selected = deps.memory.get(selectedKey);
    this.#held.add(window.registerWebviewViewProvider(viewIds.egress, this));
    this.#held.add(deps.store.onDidChange(() => this.#sendBottles()));
  }

  /** The bottle the panel shows. */
  get selected(): string | undefined {
    return this.#selected;
  }

  /** Brings the panel up with this bottle. */
  async show(slug: string): Promise<void> {
    this.#select(slug);
    await commands.executeCommand(`${viewIds.egress}.focus`);
    this.#sendBottles();
  }

  resolveWebviewView(view: WebviewView): void {
    this.#view = view;
    const { folder } = this.#deps;
    const file = (name: string) => view.webview.asWebviewUri(Uri.joinPath(folder, name)).toString();
    view.webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [folder] };
    const listening = new Disposables();
    listening.add(view.webview.onDidReceiveMessage((message: unknown) => void this.#receive(message)));
    listening.add(view.onDidChangeVisibility(() => !view.visible && this.#stop()));
    view.onDidDispose(() => {
      listening.dispose();
      this.#stop();
      this.#view = undefined;
    });
    view.webview.html = webviewHtml({
      title: l10n.t('Egress'),
      language: env.language,
      source: view.webview.cspSource,
      script: file('index.js'),
      styles: [file('codicon.css'), file('index.css')],
      nonce: randomBytes(18).toString('base64url'),
    });
  }

  dispose(): void {
    this.#stop();
    this.#held.dispose();
  }

  async #receive(raw: unknown): Promise<void> {
    try {
      if (!workspace.isTrusted) return;
      const { parseFromPanel } = await this.#deps.load();
      const message = parseFromPanel(raw);
      if (message === undefined) this.#deps.log.warn('The egress panel sent something that is no message; dropped.');
      else await this.#answer(message);
    } catch (thrown) {
      this.#deps.log.error(`Egress panel: ${toBottleError(thrown).message}`);
    }
  }

  async #answer(message: FromPanel): Promise<void> {
    if (message.type === 'ready') {
      this.#stop();
      this.#post({ type: 'words', words: panelWords(l10n.t) });
      await this.#deps.store.refresh();
      this.#sendBottles();
    } else if (message.type === 'select') {
      if (this.#deps.store.find(message.slug) === undefined) return;
      this.#select(message.slug);
      this.#sendBottles();
    } else if (message.type === 'propose') {
      await this.#propose(message.id);
    } else if (this.#selected !== undefined) {
      await this.#deps.documents.open(this.#selected, message.filter);
    }
  }

  async #propose(id: string): Promise<void> {
    try {
      if (this.#selected === undefined) return;
      const { proposeRoute } = await this.#deps.load();
      await showProposal(await proposeRoute(this.#selected, id));
    } catch (thrown) {
      await presentError(thrown, this.#deps.log);
    }
  }

  #sendBottles(): void {
    if (this.#view?.visible !== true) return;
    const { bottles } = this.#deps.store;
    const selected = bottles.find((bottle) => bottle.slug === this.#selected) ?? bottles[0];
    if (selected !== undefined) this.#select(selected.slug);
    this.#post({
      type: 'bottles',
      bottles: bottles.map((bottle) => ({ slug: bottle.slug, title: bottleTitle(bottle), state: bottle.state })),
      selected: selected?.slug ?? null,
    });
    if (this.#feed?.slug === selected?.slug) return;
    this.#stop();
    if (selected !== undefined) this.#feed = this.#follow(selected.slug);
  }

  #select(slug: string): void {
    if (this.#deps.memory.get(selectedKey) !== slug) void this.#deps.memory.update(selectedKey, slug);
    this.#selected = slug;
  }

  #follow(slug: string): EgressFeed {
    const { load, log } = this.#deps;
    return new EgressFeed(slug, panelCapacity, {
      follow: async function* (of, signal) {
        const { followLog } = await load();
        yield* followLog(of, signal, panelTail);
      },
      post: (message) => this.#post(message),
      failed: (thrown) => log.error(`The egress log of ${slug} cannot be read: ${toBottleError(thrown).message}`),
    });
  }

  #stop(): void {
    this.#feed?.dispose();
    this.#feed = undefined;
  }

  #post(message: ToPanel): void {
    void this.#view?.webview.postMessage(message);
  }
}
