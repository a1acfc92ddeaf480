import { EventEmitter, Uri, l10n, window, workspace } from 'vscode';
import type { TextDocumentContentProvider } from 'vscode';
import { matchesFilter } from '../../../schemas/protocol/egressList.ts';
import type { PanelFilter } from '../../../schemas/protocol/egressPanel.ts';
import { Disposables } from '../disposables.ts';
import type { LoadEngine } from '../engine.ts';
import { schemes } from '../ids.ts';
import { logText } from './logText.ts';

/** The egress log as a plain text document: readable by screen readers, searchable, saveable. */
export class EgressDocuments implements TextDocumentContentProvider {
  readonly #load: LoadEngine;
  readonly #filters = new Map<string, PanelFilter>();
  readonly #held = new Disposables();
  readonly #changed = this.#held.add(new EventEmitter<Uri>());
  readonly onDidChange = this.#changed.event;

  constructor(load: LoadEngine) {
    this.#load = load;
    this.#held.add(workspace.registerTextDocumentContentProvider(schemes.egress, this));
  }

  /** Opens the bottle's log as far as it goes, narrowed by the filter. */
  async open(slug: string, filter: PanelFilter = { verdict: 'all', text: '' }): Promise<void> {
    const uri = Uri.from({ scheme: schemes.egress, path: `/${slug}.log` });
    this.#filters.set(slug, filter);
    this.#changed.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const slug = /^\/([a-z0-9-]{1,64})\.log$/.exec(uri.path)?.[1];
    if (slug === undefined) return '';
    const filter = this.#filters.get(slug) ?? { verdict: 'all', text: '' };
    const { followLog } = await this.#load();
    const abort = new AbortController();
    for await (const news of followLog(slug, abort.signal)) {
      abort.abort();
      const lines = news.lines.filter((line) => matchesFilter(line, filter));
      return lines.length === 0 ? l10n.t('No request.') : logText(lines);
    }
    return '';
  }

  dispose(): void {
    this.#held.dispose();
  }
}
