import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import type { PanelWords } from '../../schemas/protocol/egressPanel.ts';
import { fill, icon, make } from '../ui/dom.ts';
import { authority, bytes, duration, statusText, why } from './format.ts';

/** Everything known of one request, beside the list. */
export class Details {
  readonly element: HTMLElement;
  readonly #words: PanelWords;
  readonly #close: HTMLButtonElement;
  #line: LogLine | undefined;

  constructor(words: PanelWords, close: () => void) {
    this.#words = words;
    this.#close = make('button', { class: 'tool', attributes: { type: 'button', title: words.close, 'aria-label': words.close } }, [icon('close')]);
    this.#close.addEventListener('click', close);
    this.element = make('section', { class: 'details', attributes: { 'aria-label': words.details, tabindex: '-1' } });
    this.element.hidden = true;
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      close();
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

  #content(line: LogLine): Node[] {
    const words = this.#words;
    const blocked = line.verdict === 'block';
    const title = make('h2', { class: line.verdict }, [icon(blocked ? 'error' : 'pass'), make('span', { text: blocked ? words.blocked : words.allowed })]);
    const rows: readonly (readonly [string, string])[] = [
      [words.method, line.method],
      [words.host, authority(line)],
      [words.path, line.path],
      [words.status, statusText(line.status)],
      [words.transfer, `${fill(words.bytesUp, bytes(line.bytesUp))}, ${fill(words.bytesDown, bytes(line.bytesDown))}`],
      [words.duration, duration(line.ms)],
      [words.time, line.ts],
      ...(line.injected ? [[words.credential, words.credentialInjected] as const] : []),
      ...line.findings.map((finding) => [words.findings, `${finding.rule} (${finding.detector}), ${finding.where}`] as const),
    ];
    return [
      make('header', {}, [title, this.#close]),
      make('p', { class: 'reason', text: why(line) }),
      make('dl', {}, rows.filter(([, value]) => value !== '').flatMap(([name, value]) => [make('dt', { text: name }), make('dd', { text: value })])),
    ];
  }
}
