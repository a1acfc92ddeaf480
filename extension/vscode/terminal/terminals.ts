import { join } from 'node:path';
import { EventEmitter, ThemeColor, ThemeIcon, window } from 'vscode';
import type { Terminal } from 'vscode';
import type { BottleSummary } from '../../../schemas/protocol/bottle.ts';
import type { Runtime } from '../../core/ports.ts';
import { Disposables } from '../disposables.ts';
import { attachedProcesses } from './attachRecords.ts';
import { bottleTitle, themeColorOf } from './appearance.ts';

/** What a terminal needs to know of this installation. */
export interface TerminalPlace {
  readonly runtime: Runtime;
  readonly home: () => string;
}

/** A reloaded window brings its terminals back a moment after it starts us. Milliseconds. */
const youngMs = 20_000;
const patienceMs = 5_000;

/** The terminals of bottles in this window: one a bottle. Closing one detaches; the bottle goes on. */
export class Terminals {
  readonly #place: TerminalPlace;
  readonly #ended: () => void;
  readonly #bySlug = new Map<string, Terminal>();
  readonly #adopted = new EventEmitter<string>();
  readonly #began = Date.now();
  readonly #held = new Disposables();

  constructor(place: TerminalPlace, ended: () => void) {
    this.#place = place;
    this.#ended = ended;
    this.#held.add(this.#adopted);
    this.#held.add(window.onDidCloseTerminal((terminal) => this.#forget(terminal)));
    this.#held.add(window.onDidOpenTerminal((terminal) => void this.#adopt(terminal)));
  }

  /** Shows the bottle's terminal, opening one when this window has none. */
  async show(bottle: BottleSummary): Promise<void> {
    const existing = await this.#present(bottle.slug);
    if (existing !== undefined) {
      existing.show();
      return;
    }
    const color = themeColorOf(bottle.color);
    const { runtime, home } = this.#place;
    const terminal = window.createTerminal({
      name: bottleTitle(bottle),
      shellPath: runtime.node,
      shellArgs: [join(runtime.dist, 'cli.js'), 'attach', bottle.slug],
      env: { ...runtime.nodeEnv, BOT_BOTTLE_HOME: home() },
      iconPath: new ThemeIcon('beaker'),
      isTransient: false,
      ...(color === undefined ? {} : { color: new ThemeColor(color) }),
    });
    this.#bySlug.set(bottle.slug, terminal);
    terminal.show();
  }

  /**
   * Finds our terminals among those the window came back with after a reload. The editor keeps their processes and
   * scrollback but not whose they are; the record that `attach` leaves tells.
   */
  async adoptAll(): Promise<void> {
    const known = new Set(this.#bySlug.values());
    const strangers = window.terminals.filter((terminal) => !known.has(terminal) && terminal.exitStatus === undefined);
    if (strangers.length === 0) return;
    const attached = await attachedProcesses(this.#place.home());
    if (attached.size === 0) return;
    for (const terminal of strangers) {
      const pid = await terminal.processId;
      const slug = pid === undefined ? undefined : attached.get(pid);
      if (slug === undefined || this.#bySlug.has(slug)) continue;
      this.#bySlug.set(slug, terminal);
      this.#adopted.fire(slug);
    }
  }

  /** Closes the bottle's terminal in this window: the editor would tell of an agent that was stopped as of one that failed. */
  close(slug: string): void {
    this.#bySlug.get(slug)?.dispose();
  }

  /** Slugs with a terminal in this window. */
  get slugs(): readonly string[] {
    return [...this.#bySlug.keys()];
  }

  dispose(): void {
    this.#held.dispose();
  }

  /** The terminal of a bottle in this window, also one that the window is only just bringing back. */
  async #present(slug: string): Promise<Terminal | undefined> {
    await this.adoptAll();
    if (!this.#bySlug.has(slug) && Date.now() - this.#began < youngMs) {
      const attached = await attachedProcesses(this.#place.home());
      if ([...attached.values()].includes(slug)) await this.#comesBack(slug);
    }
    const terminal = this.#bySlug.get(slug);
    return terminal?.exitStatus === undefined ? terminal : undefined;
  }

  /** Resolves when the terminal was found, or after a while: the process may show the bottle in another window. */
  #comesBack(slug: string): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(), patienceMs);
      const listening = this.#adopted.event((found) => found === slug && done());
      const done = (): void => {
        clearTimeout(timer);
        listening.dispose();
        resolve();
      };
    });
  }

  async #adopt(terminal: Terminal): Promise<void> {
    if ([...this.#bySlug.values()].includes(terminal)) return;
    await terminal.processId;
    await this.adoptAll();
  }

  #forget(terminal: Terminal): void {
    for (const [slug, one] of this.#bySlug) {
      if (one !== terminal) continue;
      this.#bySlug.delete(slug);
      this.#ended();
    }
  }
}
