import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import type { PanelWords } from '../../schemas/protocol/egressPanel.ts';
import { wideningFor } from '../../schemas/protocol/egressProposal.ts';
import { fill, icon, make } from '../ui/dom.ts';
import { authority, bytes, duration, kindOf, statusText, why } from './format.ts';
import { kindIcons } from './row.ts';

/** What the details ask of the panel. */
export interface DetailsActions {
  close(): void;
  propose(id: string): void;
}

/** Everything known of one request, beside the list. */
export class Details {
  readonly element: HTMLElement;
  readonly #words: PanelWords;
  readonly #close: HTMLButtonElement;
  readonly #actions: DetailsActions;
  #line: LogLine | undefined;

  constructor(words: PanelWords, actions: DetailsActions) {
    this.#words = words;
    this.#actions = actions;
    this.#close = make('button', { class: 'tool', attributes: { type: 'button', title: words.close, 'aria-label': words.close } }, [icon('close')]);
    this.#close.addEventListener('click', () => actions.close());
    this.element = make('section', { class: 'details', attributes: { 'aria-label': words.details, tabindex: '-1' } });
    this.element.hidden = true;
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      actions.close();
    });
  }

  /** Shows a request, or nothing. */
  show(line: LogLine | undefined): void {
    if (line === this.#line) return;
    this.#line = line;
    this.element.hidden = line === undefined;
    this.element.replaceChildren(...(line === undefined ? [] : this.#content(line)));
  }

  focus(): void {
    this.element.focus();
  }

  #request(line: LogLine): readonly (readonly [string, string])[] {
    const words = this.#words;
    return [
      [words.method, line.method],
      [words.host, authority(line)],
      [words.path, line.path],
      [words.status, statusText(line.status)],
      [words.transfer, `${fill(words.bytesUp, bytes(line.bytesUp))}, ${fill(words.bytesDown, bytes(line.bytesDown))}`],
      [words.duration, duration(line.ms)],
      ...(line.injected ? [[words.credential, words.credentialInjected] as const] : []),
    ];
  }

  #proposal(line: LogLine): HTMLElement {
    const button = make('button', { class: 'propose', text: this.#words.propose, attributes: { type: 'button', 'aria-describedby': 'propose-hint' } });
    button.addEventListener('click', () => this.#actions.propose(line.id));
    return make('div', { class: 'proposal' }, [button, make('p', { class: 'hint', text: this.#words.proposeHint, attributes: { id: 'propose-hint' } })]);
  }

  #content(line: LogLine): Node[] {
    const words = this.#words;
    const kind = kindOf(line);
    const titles = { allow: words.allowed, block: words.blocked, gap: words.gapTitle, incident: words.incidentTitle };
    const title = make('h2', { class: kind }, [icon(kindIcons[kind]), make('span', { text: titles[kind] })]);
    const rows: readonly (readonly [string, string])[] = [
      [words.clause, line.clause ?? ''],
      ...line.findings.map((finding) => [words.findings, `${finding.rule} (${finding.detector}), ${finding.where}`] as const),
      ...(kind === 'gap' ? [] : this.#request(line)),
      [words.time, line.ts],
      [words.request, line.id],
    ];
    return [
      make('header', {}, [title, this.#close]),
      make('p', { class: 'reason', text: why(line) }),
      ...(wideningFor(line) === undefined ? [] : [this.#proposal(line)]),
      make('dl', {}, rows.filter(([, value]) => value !== '').flatMap(([name, value]) => [make('dt', { text: name }), make('dd', { text: value })])),
    ];
  }
}
