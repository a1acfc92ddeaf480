import { StatusBarAlignment, ThemeColor, l10n, window } from 'vscode';
import type { StatusBarItem } from 'vscode';
import type { BottleStore } from '../bottles/store.ts';
import { Disposables } from '../disposables.ts';
import { commandIds, statusItemId } from '../ids.ts';
import { statusText } from './statusText.ts';

/** The status-bar item: how many bottles run, and a click to everything about them. */
export class StatusBar {
  readonly #store: BottleStore;
  readonly #held = new Disposables();
  readonly #item: StatusBarItem;
  #starting = 0;

  constructor(store: BottleStore) {
    this.#store = store;
    this.#item = this.#held.add(window.createStatusBarItem(statusItemId, StatusBarAlignment.Left, 0));
    this.#item.name = l10n.t('Bot Bottle');
    this.#item.command = commandIds.showMenu;
    this.#held.add(store.onDidChange(() => this.#show()));
    this.#show();
    this.#item.show();
  }

  /** Shows that an agent is being started while `work` goes on. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#starting += 1;
    this.#show();
    try {
      return await work();
    } finally {
      this.#starting -= 1;
      this.#show();
    }
  }

  dispose(): void {
    this.#held.dispose();
  }

  #show(): void {
    const { text, tooltip, spoken, alarm } = statusText(this.#store.bottles, this.#starting, l10n.t);
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.backgroundColor = alarm ? new ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.accessibilityInformation = { label: spoken, role: 'button' };
  }
}
