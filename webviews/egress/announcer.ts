import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import type { PanelWords } from '../../schemas/protocol/egressPanel.ts';
import { fill, make } from '../ui/dom.ts';
import { authority, why } from './format.ts';

/** Shortest time between two announcements, in milliseconds: a flood of refusals must not talk without end. */
const pause = 3000;

/** Tells a screen reader about refused requests, gathered. */
export class Announcer {
  readonly element = make('div', { class: 'spoken', attributes: { 'aria-live': 'polite', role: 'status' } });
  /** Says an incident at once, whatever is being read. */
  readonly alert = make('div', { class: 'spoken', attributes: { role: 'alert' } });
  readonly #words: PanelWords;
  #waiting: LogLine[] = [];
  #timer: number | undefined;

  constructor(words: PanelWords) {
    this.#words = words;
  }

  heard(lines: readonly LogLine[]): void {
    const incident = lines.find((line) => line.event === 'incident');
    if (incident !== undefined) this.alert.textContent = fill(this.#words.newIncident, why(incident));
    this.#waiting.push(...lines.filter((line) => line.verdict === 'block' && line.event === undefined));
    if (this.#waiting.length > 0 && this.#timer === undefined) this.#say();
  }

  #say(): void {
    const newest = this.#waiting.at(-1);
    if (newest === undefined) {
      this.#timer = undefined;
      return;
    }
    this.element.textContent = fill(this.#words.newBlocked, this.#waiting.length, authority(newest));
    this.#waiting = [];
    this.#timer = window.setTimeout(() => this.#say(), pause);
  }
}
