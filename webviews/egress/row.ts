import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import type { PanelWords } from '../../schemas/protocol/egressPanel.ts';
import { fill, icon, make } from '../ui/dom.ts';
import { authority, bytes, kindOf, statusText, timeOfDay, why } from './format.ts';

/** The columns in order: class of their cells and title. */
export function columns(words: PanelWords): readonly (readonly [name: string, title: string])[] {
  return [
    ['time', words.time],
    ['verdict', words.verdict],
    ['method', words.method],
    ['address', `${words.host}, ${words.path}`],
    ['status', words.status],
    ['transfer', words.transfer],
    ['why', words.why],
  ];
}

/** Element id of a request's row, for `aria-activedescendant`. */
export function rowId(line: Pick<LogLine, 'id'>): string {
  return `request-${line.id}`;
}

/** Icon of a kind of row; told apart without colour too. */
export const kindIcons = { allow: 'pass', block: 'error', gap: 'warning', incident: 'flame' } as const;

/** One request as a row of the grid. Its look is done by classes; its place is the list's business. */
export function makeRow(line: LogLine, words: PanelWords): HTMLElement {
  const kind = kindOf(line);
  if (kind === 'gap') return gapRow(line, words);
  const cells = [
    cell('time', [text(timeOfDay(line.ts))]),
    cell('verdict', [icon(kindIcons[kind]), make('span', { text: words[kind] })]),
    cell('method', [text(line.method)]),
    cell('address', [make('span', { class: 'host', text: authority(line) }), make('span', { class: 'path', text: line.path })]),
    cell('status', [text(statusText(line.status))]),
    cell('transfer', [make('span', { text: `↑${bytes(line.bytesUp)} ↓${bytes(line.bytesDown)}`, attributes: { 'aria-hidden': 'true' } }), spoken(line, words)]),
    cell('why', [...(line.findings.length > 0 ? [icon('search'), make('span', { class: 'spoken', text: words.found })] : []), text(why(line))]),
  ];
  return make('div', { class: `row ${kind}`, attributes: { role: 'row', id: rowId(line) } }, cells);
}

/** No request: the cells that would tell of one are empty. */
function gapRow(line: LogLine, words: PanelWords): HTMLElement {
  const cells = [
    cell('time', [text(timeOfDay(line.ts))]),
    cell('verdict', [icon(kindIcons.gap), make('span', { text: words.gap })]),
    cell('method', []),
    cell('address', [text(why(line))]),
    cell('status', []),
    cell('transfer', []),
    cell('why', []),
  ];
  return make('div', { class: 'row gap', attributes: { role: 'row', id: rowId(line) } }, cells);
}

function cell(name: string, children: readonly Node[]): HTMLElement {
  return make('div', { class: `cell ${name}`, attributes: { role: 'gridcell' } }, children);
}

function text(value: string): Text {
  return document.createTextNode(value);
}

/** Arrows mean nothing when read aloud. */
function spoken(line: LogLine, words: PanelWords): HTMLElement {
  return make('span', { class: 'spoken', text: `${fill(words.bytesUp, bytes(line.bytesUp))}, ${fill(words.bytesDown, bytes(line.bytesDown))}` });
}
