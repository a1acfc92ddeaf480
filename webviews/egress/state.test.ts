import { describe, expect, it } from 'vitest';
import { panelCapacity } from '../../schemas/protocol/egressList.ts';
import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import { fromRemembered, toRemember } from './remembered.ts';
import { acted, activeIndex, activeLine, emptyState, received } from './state.ts';
import type { PanelState } from './state.ts';

const line = (id: number, more: Partial<LogLine> = {}): LogLine => ({
  ts: '2026-01-02T03:04:05.678Z', id: String(id), slug: 'one', verdict: 'allow', method: 'GET', host: 'a.example', port: 443, path: '/',
  reason: 'r', status: 200, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [], ...more,
});
const bottles = [{ slug: 'one', title: 'One', state: 'running' as const }, { slug: 'two', title: 'Two', state: 'exited' as const }];
const ids = (state: PanelState) => state.shown.map((one) => one.id);

function started(...lines: LogLine[]): PanelState {
  const selected = received(emptyState, { type: 'bottles', bottles, selected: 'one' });
  return received(selected, { type: 'snapshot', slug: 'one', lines, skipped: 1, missed: 10 });
}

describe('the egress panel', () => {
  it('shows a snapshot and then the news', () => {
    const state = received(started(line(1)), { type: 'append', slug: 'one', lines: [line(2)], skipped: 2, missed: 5 });
    expect(ids(state)).toEqual(['1', '2']);
    expect(state).toMatchObject({ skipped: 3, missed: 15 });
  });

  it('starts over with a second snapshot', () => {
    expect(ids(received(started(line(1)), { type: 'snapshot', slug: 'one', lines: [line(7)], skipped: 0, missed: 0 }))).toEqual(['7']);
  });

  it('drops lines of a bottle that is not selected any more', () => {
    expect(ids(received(started(line(1)), { type: 'append', slug: 'two', lines: [line(9)], skipped: 0, missed: 0 }))).toEqual(['1']);
  });

  it('forgets lines, details and filter when another bottle is selected', () => {
    const filtered = acted(started(line(1)), { type: 'filter', filter: { verdict: 'allow', text: 'a.example' } });
    const open = acted(acted(filtered, { type: 'activate', id: '1' }), { type: 'details', open: true });
    const state = received(open, { type: 'bottles', bottles, selected: 'two' });
    expect(state).toMatchObject({ lines: [], shown: [], active: null, detailsOpen: false, skipped: 0, missed: 0, filter: { verdict: 'all', text: '' } });
  });

  it('comes back with bottle and filter, and without the filter for another bottle', () => {
    const left = toRemember(acted(started(line(1)), { type: 'filter', filter: { verdict: 'block', text: 'x' } }));
    const again = (selected: string) => received(fromRemembered(left), { type: 'bottles', bottles, selected });
    expect(again('one')).toMatchObject({ filter: { verdict: 'block', text: 'x' } });
    expect(again('two')).toMatchObject({ filter: { verdict: 'all', text: '' } });
    expect(fromRemembered({ filter: 7 })).toEqual(emptyState);
  });

  it('keeps everything when only the list of bottles changes', () => {
    expect(ids(received(started(line(1)), { type: 'bottles', bottles: [], selected: 'one' }))).toEqual(['1']);
  });

  it('filters what is there and what arrives', () => {
    const blocked = acted(started(line(1), line(2, { verdict: 'block' })), { type: 'filter', filter: { verdict: 'block', text: '' } });
    expect(ids(blocked)).toEqual(['2']);
    const later = received(blocked, { type: 'append', slug: 'one', lines: [line(3), line(4, { verdict: 'block' })], skipped: 0, missed: 0 });
    expect(ids(later)).toEqual(['2', '4']);
    expect(ids(acted(later, { type: 'filter', filter: { verdict: 'all', text: '' } }))).toEqual(['1', '2', '3', '4']);
  });

  it('keeps the newest lines when there are too many', () => {
    const full = started(...Array.from({ length: panelCapacity }, (_, index) => line(index)));
    const state = received(full, { type: 'append', slug: 'one', lines: [line(panelCapacity)], skipped: 0, missed: 0 });
    expect(state.lines).toHaveLength(panelCapacity);
    expect(state.shown).toHaveLength(panelCapacity);
    expect(state.shown[0]?.id).toBe('1');
  });
});

describe('the keyboard in the egress panel', () => {
  const three = started(line(1), line(2), line(3));
  const move = (state: PanelState, by: number) => acted(state, { type: 'move', by });

  it('starts at the end it comes from', () => {
    expect(move(three, 1).active).toBe('1');
    expect(move(three, -1).active).toBe('3');
  });

  it('leaps from nowhere to the far end', () => {
    expect(move(three, 3).active).toBe('3');
    expect(move(three, -3).active).toBe('1');
  });

  it('stops at both ends', () => {
    expect(move(move(three, 1), -5).active).toBe('1');
    expect(move(move(three, 1), 99).active).toBe('3');
  });

  it('has no place in an empty list', () => expect(move(started(), 1).active).toBeNull());

  it('stays on its request while others arrive', () => {
    const at = move(three, 1);
    const state = received(at, { type: 'append', slug: 'one', lines: [line(4)], skipped: 0, missed: 0 });
    expect(activeIndex(state)).toBe(0);
  });

  it('opens details only on a request, and keeps them when the filter hides it', () => {
    expect(acted(three, { type: 'details', open: true }).detailsOpen).toBe(false);
    const open = acted(move(three, 1), { type: 'details', open: true });
    const hidden = acted(open, { type: 'filter', filter: { verdict: 'block', text: '' } });
    expect(hidden.detailsOpen).toBe(true);
    expect(activeLine(hidden)?.id).toBe('1');
    expect(activeIndex(hidden)).toBe(-1);
  });
});
