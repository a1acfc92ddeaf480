import type { PanelFilter, PanelVerdict, PanelWords } from '../../schemas/protocol/egressPanel.ts';
import { fill, icon, make } from '../ui/dom.ts';
import { bytes } from './format.ts';
import type { PanelState } from './state.ts';

/** What the toolbar asks of the panel. */
export interface ToolbarActions {
  select(slug: string): void;
  filter(filter: PanelFilter): void;
  follow(on: boolean): void;
  openDocument(): void;
}

/** The strip above the list: bottle, verdict, filter text, count, follow, open as document. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #words: PanelWords;
  readonly #bottles: HTMLSelectElement;
  readonly #verdicts: ReadonlyMap<PanelVerdict, HTMLButtonElement>;
  readonly #text: HTMLInputElement;
  readonly #count: HTMLElement;
  readonly #follow: HTMLButtonElement;
  #state: PanelState | undefined;

  constructor(words: PanelWords, actions: ToolbarActions) {
    this.#words = words;
    this.#bottles = make('select', { class: 'bottles', attributes: { 'aria-label': words.bottle } });
    this.#bottles.addEventListener('change', () => actions.select(this.#bottles.value));
    const verdicts: readonly (readonly [PanelVerdict, string])[] = [['all', words.everything], ['block', words.blocked], ['allow', words.allowed], ['found', words.findings]];
    this.#verdicts = new Map(verdicts.map(([verdict, text]) => [verdict, make('button', { text, attributes: { type: 'button' } })]));
    for (const [verdict, button] of this.#verdicts) {
      button.addEventListener('click', () => actions.filter({ verdict, text: this.#text.value }));
    }
    this.#text = make('input', { class: 'filter', attributes: { type: 'search', placeholder: words.filterHint, 'aria-label': words.filter, maxlength: '500', spellcheck: 'false' } });
    this.#text.addEventListener('input', () => actions.filter({ verdict: this.#state?.filter.verdict ?? 'all', text: this.#text.value }));
    this.#count = make('span', { class: 'count' });
    this.#follow = toolButton('arrow-down', words.follow, () => actions.follow(this.#state?.follow !== true));
    this.element = make('div', { class: 'toolbar', attributes: { role: 'toolbar', 'aria-label': words.filter } }, [
      this.#bottles,
      make('div', { class: 'verdicts', attributes: { role: 'group', 'aria-label': words.verdict } }, [...this.#verdicts.values()]),
      this.#text,
      this.#count,
      this.#follow,
      toolButton('go-to-file', words.openDocument, () => actions.openDocument()),
    ]);
  }

  focusFilter(): void {
    this.#text.focus();
    this.#text.select();
  }

  show(state: PanelState): void {
    const before = this.#state;
    this.#state = state;
    if (before?.bottles !== state.bottles || before.selected !== state.selected) this.#showBottles(state);
    if (this.#text.value !== state.filter.text) this.#text.value = state.filter.text;
    for (const [verdict, button] of this.#verdicts) button.setAttribute('aria-pressed', String(state.filter.verdict === verdict));
    this.#follow.setAttribute('aria-pressed', String(state.follow));
    const skipped = state.skipped === 0 ? '' : ` · ${fill(this.#words.skipped, state.skipped)}`;
    const count = state.lines.length === 0 ? '' : fill(this.#words.shown, state.shown.length, state.lines.length);
    const missed = state.missed === 0 ? '' : ` · ${fill(this.#words.missed, bytes(state.missed))}`;
    this.#count.textContent = count + skipped + missed;
    this.#count.title = this.#count.textContent;
  }

  #showBottles(state: PanelState): void {
    const options = state.bottles.map((bottle) => make('option', { text: bottle.title, attributes: { value: bottle.slug } }));
    this.#bottles.replaceChildren(...options);
    this.#bottles.disabled = state.bottles.length === 0;
    this.#bottles.value = state.selected ?? '';
  }
}

function toolButton(name: string, title: string, run: () => void): HTMLButtonElement {
  const button = make('button', { class: 'tool', attributes: { type: 'button', title, 'aria-label': title } }, [icon(name)]);
  button.addEventListener('click', run);
  return button;
}
