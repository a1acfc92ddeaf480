import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from '@tanstack/virtual-core';
import type { VirtualizerOptions } from '@tanstack/virtual-core';
import type { PanelWords } from '../../schemas/protocol/egressPanel.ts';
import { make } from '../ui/dom.ts';
import { columns, makeRow, rowId } from './row.ts';
import { activeIndex } from './state.ts';
import type { PanelState } from './state.ts';

/** Height of a row and of the header in CSS pixels; `styles.css` says the same. */
const rowHeight = 22;

/** What the list asks of the panel. */
export interface ListActions {
  activate(id: string): void;
  move(by: number): void;
  openDetails(): void;
  closeDetails(): void;
  follow(on: boolean): void;
}

/** The requests as a grid of which only the rows in sight exist. One tab stop; arrows move inside. */
export class RequestList {
  readonly element: HTMLElement;
  readonly #words: PanelWords;
  readonly #body: HTMLElement;
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  readonly #rows = new Map<string, HTMLElement>();
  readonly #actions: ListActions;
  #state: PanelState | undefined;

  constructor(words: PanelWords, actions: ListActions) {
    this.#words = words;
    this.#actions = actions;
    this.#body = make('div', { class: 'body', attributes: { role: 'rowgroup' } });
    const titles = columns(words).map(([name, title]) => make('div', { class: `cell ${name}`, text: title, attributes: { role: 'columnheader' } }));
    const head = make('div', { class: 'head', attributes: { role: 'rowgroup' } }, [make('div', { class: 'row', attributes: { role: 'row', 'aria-rowindex': '1' } }, titles)]);
    this.element = make('div', { class: 'list', attributes: { role: 'grid', tabindex: '0', 'aria-label': words.requests, 'aria-colcount': String(titles.length) } }, [head, this.#body]);
    this.#virtualizer = new Virtualizer(this.#options(0));
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('scroll', () => this.#scrolled());
    this.#body.addEventListener('click', (event) => this.#clicked(event));
  }

  /** Starts measuring; call once the element is in the page. */
  mount(): void {
    this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
  }

  show(state: PanelState): void {
    const before = this.#state;
    this.#state = state;
    if (before?.selected !== state.selected) this.#rows.clear();
    this.#virtualizer.setOptions(this.#options(state.shown.length));
    this.#virtualizer._willUpdate();
    this.element.setAttribute('aria-rowcount', String(state.shown.length + 1));
    this.#draw();
    if (state.follow && (before?.shown !== state.shown || !before.follow)) this.#toEnd();
    else if (before?.active !== state.active && activeIndex(state) >= 0) this.#virtualizer.scrollToIndex(activeIndex(state), { align: 'auto' });
  }

  #options(count: number): VirtualizerOptions<HTMLElement, HTMLElement> {
    return {
      count,
      getScrollElement: () => this.element,
      estimateSize: () => rowHeight,
      getItemKey: (index) => this.#state?.shown[index]?.id ?? index,
      overscan: 10,
      scrollPaddingStart: rowHeight,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      onChange: () => {
        this.#draw();
        if (this.#state?.follow === true) this.#toEnd();
      },
    };
  }

  #draw(): void {
    const state = this.#state;
    if (state === undefined) return;
    this.#body.style.height = `${this.#virtualizer.getTotalSize()}px`;
    const wanted = new Map<string, HTMLElement>();
    for (const { index, start } of this.#virtualizer.getVirtualItems()) {
      const line = state.shown[index];
      if (line === undefined) continue;
      const row = this.#rows.get(line.id) ?? makeRow(line, this.#words);
      row.style.transform = `translateY(${start}px)`;
      row.setAttribute('aria-rowindex', String(index + 2));
      row.setAttribute('aria-selected', String(line.id === state.active));
      wanted.set(line.id, row);
    }
    this.#place(wanted);
    const active = state.active === null ? undefined : wanted.get(state.active);
    if (active === undefined) this.element.removeAttribute('aria-activedescendant');
    else this.element.setAttribute('aria-activedescendant', active.id);
  }

  /** Touches only rows that came or went, so that hovering and reading are not disturbed. */
  #place(wanted: ReadonlyMap<string, HTMLElement>): void {
    for (const [id, row] of this.#rows) {
      if (wanted.get(id) === row) continue;
      row.remove();
      this.#rows.delete(id);
    }
    let previous: Element | null = null;
    for (const [id, row] of wanted) {
      this.#rows.set(id, row);
      const next: Element | null = previous === null ? this.#body.firstElementChild : previous.nextElementSibling;
      if (next !== row) this.#body.insertBefore(row, next);
      previous = row;
    }
  }

  #toEnd(): void {
    const last = (this.#state?.shown.length ?? 0) - 1;
    if (last >= 0 && !this.#atEnd()) this.#virtualizer.scrollToIndex(last, { align: 'end' });
  }

  #atEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    return scrollTop + clientHeight >= scrollHeight - rowHeight / 2;
  }

  /** Looking at older requests stops following; coming back to the end goes on. */
  #scrolled(): void {
    const end = this.#atEnd();
    if (this.#state !== undefined && this.#state.follow !== end) this.#actions.follow(end);
  }

  #clicked(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest('.row') : null;
    const line = this.#state?.shown.find((one) => rowId(one) === row?.id);
    if (line === undefined) return;
    this.#actions.activate(line.id);
    this.#actions.openDetails();
  }

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.element.clientHeight / rowHeight) - 2);
    const count = this.#state?.shown.length ?? 0;
    const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count };
    const by = moves[event.key];
    if (by !== undefined) this.#actions.move(by);
    else if (event.key === 'Enter' || event.key === ' ') this.#actions.openDetails();
    else if (event.key === 'Escape') this.#actions.closeDetails();
    else return;
    event.preventDefault();
  }
}
