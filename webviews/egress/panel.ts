import type { FromPanel, PanelWords, ToPanel } from '../../schemas/protocol/egressPanel.ts';
import { make } from '../ui/dom.ts';
import { Announcer } from './announcer.ts';
import { Details } from './details.ts';
import { RequestList } from './list.ts';
import { acted, activeLine, received } from './state.ts';
import type { PanelEvent, PanelState } from './state.ts';
import { Toolbar } from './toolbar.ts';

/** What the panel needs of the page around it. */
export interface PanelPorts {
  post(message: FromPanel): void;
  remember(state: PanelState): void;
}

/** The whole panel: it holds the state and shows it after every event. */
export class Panel {
  readonly #ports: PanelPorts;
  readonly #words: PanelWords;
  readonly #toolbar: Toolbar;
  readonly #list: RequestList;
  readonly #details: Details;
  readonly #announcer: Announcer;
  readonly #empty = make('p', { class: 'empty', attributes: { role: 'note' } });
  #state: PanelState;

  constructor(root: HTMLElement, words: PanelWords, state: PanelState, ports: PanelPorts) {
    this.#ports = ports;
    this.#words = words;
    this.#state = state;
    this.#toolbar = new Toolbar(words, {
      select: (slug) => ports.post({ type: 'select', slug }),
      filter: (filter) => this.#act({ type: 'filter', filter }),
      follow: (follow) => this.#act({ type: 'follow', follow }),
      openDocument: () => ports.post({ type: 'openDocument', filter: this.#state.filter }),
    });
    this.#list = new RequestList(words, {
      activate: (id) => this.#act({ type: 'activate', id }),
      move: (by) => this.#act({ type: 'move', by }),
      openDetails: () => this.#act({ type: 'details', open: true }),
      closeDetails: () => this.#closeDetails(),
      follow: (follow) => this.#act({ type: 'follow', follow }),
    });
    this.#details = new Details(words, { close: () => this.#closeDetails(), propose: (id) => ports.post({ type: 'propose', id }) });
    this.#announcer = new Announcer(words);
    const main = make('main', {}, [this.#list.element, this.#empty, this.#details.element]);
    root.replaceChildren(this.#toolbar.element, main, this.#announcer.element, this.#announcer.alert);
    root.ownerDocument.addEventListener('keydown', (event) => this.#shortcut(event));
    this.#show();
    this.#list.mount();
  }

  receive(message: Exclude<ToPanel, { type: 'words' }>): void {
    this.#state = received(this.#state, message);
    if (message.type === 'append') this.#announcer.heard(message.lines);
    this.#show();
  }

  #act(event: PanelEvent): void {
    this.#state = acted(this.#state, event);
    this.#ports.remember(this.#state);
    this.#show();
  }

  #closeDetails(): void {
    this.#act({ type: 'details', open: false });
    this.#list.element.focus();
  }

  #show(): void {
    const state = this.#state;
    const { noBottle, noLines, noMatch } = this.#words;
    const empty = state.selected === null ? noBottle : state.lines.length === 0 ? noLines : state.shown.length === 0 ? noMatch : '';
    this.#empty.textContent = empty;
    this.#empty.hidden = empty === '';
    this.#list.element.hidden = empty !== '';
    this.#toolbar.show(state);
    this.#details.show(state.detailsOpen ? activeLine(state) : undefined);
    this.#list.show(state);
  }

  /** `/` and Ctrl+F lead to the filter from anywhere in the panel. */
  #shortcut(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLInputElement;
    const find = event.key.toLowerCase() === 'f' && (event.ctrlKey || event.metaKey);
    if (!find && !(event.key === '/' && !typing)) return;
    event.preventDefault();
    this.#toolbar.focusFilter();
  }
}
