import { CodeLens, EventEmitter, l10n } from 'vscode';
import type { CodeLensProvider, Event, TextDocument } from 'vscode';
import type { Lens } from '../../core/manifests/language/lenses.ts';
import type { ManifestPlace } from '../../core/manifests/language/place.ts';
import { Disposables } from '../disposables.ts';
import { commandIds } from '../ids.ts';
import type { AskLanguage } from './asking.ts';
import { manifestOf, rangeIn } from './documents.ts';
import { useText } from './lensText.ts';

/** What can be done with a manifest, and how its routes were used, above the lines in question. */
export class ManifestLenses implements CodeLensProvider {
  readonly #ask: AskLanguage;
  readonly #held = new Disposables();
  readonly #changed = this.#held.add(new EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;

  /** `used` tells that routes may have been used since. */
  constructor(ask: AskLanguage, used: Event<unknown>) {
    this.#ask = ask;
    this.#held.add(used(() => this.refresh()));
  }

  /** Has the editor ask again. */
  refresh(): void {
    this.#changed.fire();
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    const place = manifestOf(document)?.place;
    const lenses = (await this.#ask(document, (language, of) => language.lenses(of))) ?? [];
    return place === undefined ? [] : lenses.map((lens) => new CodeLens(rangeIn(document, lens.range), commandOf(lens, place)));
  }

  dispose(): void {
    this.#held.dispose();
  }
}

function commandOf(lens: Lens, { name, workspace, path }: ManifestPlace) {
  const agent = [{ agent: name, path, ...(workspace === undefined ? {} : { folder: workspace }) }];
  switch (lens.does) {
    case 'start':
      return { title: `$(play) ${l10n.t('Start')}`, command: commandIds.startAgent, arguments: agent };
    case 'dry-run':
      return { title: l10n.t('Dry run'), command: commandIds.dryRun, arguments: agent };
    case 'effective':
      return { title: l10n.t('Effective manifest'), command: commandIds.showEffectiveManifest, arguments: [{ path }] };
    case 'use':
      // Without a command it is words only.
      return { title: useText(lens, l10n.t, (time) => new Date(time).toLocaleString()), command: '' };
  }
}
