import { EventEmitter, Uri, l10n, window, workspace } from 'vscode';
import type { Event, TextDocumentContentProvider } from 'vscode';
import { basename, dirname } from 'node:path';
import { placeOf } from '../../core/manifests/language/place.ts';
import { Disposables } from '../disposables.ts';
import type { LoadEngine } from '../engine.ts';
import { schemes } from '../ids.ts';
import { manifestRoots } from './documents.ts';

/** Read-only texts about manifests: what one comes to in the end, and what a start would do. */
export class EffectiveDocuments implements TextDocumentContentProvider {
  readonly #load: LoadEngine;
  readonly #held = new Disposables();
  readonly #changed = this.#held.add(new EventEmitter<Uri>());
  readonly onDidChange = this.#changed.event;
  readonly #plans = new Map<string, string>();

  /** `changed` tells that some manifest has another text. */
  constructor(load: LoadEngine, changed: Event<unknown>) {
    this.#load = load;
    this.#held.add(workspace.registerTextDocumentContentProvider(schemes.effective, this));
    this.#held.add(
      changed(() => {
        for (const { uri } of workspace.textDocuments) if (uri.scheme === schemes.effective && uri.query !== '') this.#changed.fire(uri);
      }),
    );
  }

  /** Opens what the manifest of a file comes to, beside it. */
  async open(path: string): Promise<void> {
    await this.#show(Uri.from({ scheme: schemes.effective, path: `/${basename(dirname(path))}/${basename(path, '.md')}.yaml`, query: path }));
  }

  /** Opens a plan that was made without starting it. */
  async openPlan(agent: string, text: string): Promise<void> {
    const uri = Uri.from({ scheme: schemes.effective, path: `/${l10n.t('dry run')}/${agent}.txt` });
    this.#plans.set(uri.path, text);
    this.#changed.fire(uri);
    await this.#show(uri);
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    if (uri.query === '') return this.#plans.get(uri.path) ?? '';
    const place = workspace.isTrusted ? placeOf(uri.query, manifestRoots()) : undefined;
    if (place === undefined) return '';
    const { language } = await this.#load();
    return language.effective(place);
  }

  async #show(uri: Uri): Promise<void> {
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false, preserveFocus: false });
  }

  dispose(): void {
    this.#held.dispose();
  }
}
