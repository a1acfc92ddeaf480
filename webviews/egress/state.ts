import { matchesFilter, panelCapacity } from '../../schemas/protocol/egressList.ts';
import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import type { PanelBottle, PanelFilter, ToPanel } from '../../schemas/protocol/egressPanel.ts';

/** Everything the panel shows. `shown` is `lines` through `filter`. */
export interface PanelState {
  readonly bottles: readonly PanelBottle[];
  readonly selected: string | null;
  readonly lines: readonly LogLine[];
  readonly shown: readonly LogLine[];
  readonly skipped: number;
  /** Bytes of older lines that are not kept any more. */
  readonly missed: number;
  readonly filter: PanelFilter;
  /** Keep the newest request in sight. */
  readonly follow: boolean;
  /** Id of the request the keyboard is on. */
  readonly active: string | null;
  readonly detailsOpen: boolean;
}

export const emptyState: PanelState = {
  bottles: [],
  selected: null,
  lines: [],
  shown: [],
  skipped: 0,
  missed: 0,
  filter: { verdict: 'all', text: '' },
  follow: true,
  active: null,
  detailsOpen: false,
};

/** What a person does to the panel. */
export type PanelEvent =
  | { readonly type: 'filter'; readonly filter: PanelFilter }
  | { readonly type: 'follow'; readonly follow: boolean }
  | { readonly type: 'activate'; readonly id: string | null }
  | { readonly type: 'move'; readonly by: number }
  | { readonly type: 'details'; readonly open: boolean };

type Lines = Extract<ToPanel, { lines: unknown }>;

/** The state after a message of the extension. Lines of another bottle than the selected one are dropped. */
export function received(state: PanelState, message: Exclude<ToPanel, { type: 'words' }>): PanelState {
  if (message.type !== 'bottles') return message.slug === state.selected ? withLines(state, message) : state;
  const { bottles, selected } = message;
  if (selected === state.selected) return { ...state, bottles };
  // A filter was made for what one bottle did; kept for another, it would hide what one came to see.
  return { ...emptyState, bottles, selected, follow: state.follow };
}

/** The state after something a person did. */
export function acted(state: PanelState, event: PanelEvent): PanelState {
  switch (event.type) {
    case 'filter':
      return { ...state, filter: event.filter, shown: state.lines.filter((line) => matchesFilter(line, event.filter)) };
    case 'follow':
      return { ...state, follow: event.follow };
    case 'activate':
      return { ...state, active: event.id };
    case 'move':
      return { ...state, active: state.shown[moved(state, event.by)]?.id ?? null };
    case 'details':
      return { ...state, detailsOpen: event.open && activeLine(state) !== undefined };
  }
}

/** Position of the active request among the shown ones; -1 when it is none of them. */
export function activeIndex(state: PanelState): number {
  return state.active === null ? -1 : state.shown.findIndex((line) => line.id === state.active);
}

/** The request the details are about. */
export function activeLine(state: PanelState): LogLine | undefined {
  return state.active === null ? undefined : state.lines.find((line) => line.id === state.active);
}

function withLines(state: PanelState, message: Lines): PanelState {
  const fresh = message.type === 'snapshot';
  const matching = message.lines.filter((line) => matchesFilter(line, state.filter));
  const lines = capped(fresh ? message.lines : [...state.lines, ...message.lines]);
  const dropped = lines.length === panelCapacity;
  const oldest = dropped ? new Set(lines.map((line) => line.id)) : undefined;
  const shown = fresh ? matching : [...state.shown, ...matching];
  return {
    ...state,
    lines,
    shown: oldest === undefined ? shown : shown.filter((line) => oldest.has(line.id)),
    skipped: fresh ? message.skipped : state.skipped + message.skipped,
    missed: fresh ? message.missed : state.missed + message.missed,
  };
}

function capped(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.length > panelCapacity ? lines.slice(-panelCapacity) : lines;
}

function moved(state: PanelState, by: number): number {
  const last = state.shown.length - 1;
  const from = activeIndex(state);
  const to = from !== -1 ? from + by : by < 0 ? last + 1 + by : by - 1;
  return Math.min(Math.max(to, 0), last);
}
