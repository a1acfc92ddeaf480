import { expect, test } from 'vitest';
import { BudgetSpent, Budgets, headBytes } from './budget.ts';
import type { Meter } from './budget.ts';

const WINDOW = 60_000;
const SENT = 100 * 1024;
const route = { host: 'a.test', budget: { sent: '100KiB', window: '1m' } };

/** A meter and its clock, in milliseconds. */
function metered(): { readonly meter: Meter; readonly clock: { now: number } } {
  const clock = { now: 0 };
  const meter = new Budgets(() => clock.now).meterOf(route, 'routes[3].matches[1]');
  if (meter === undefined) throw new Error('no budget');
  return { meter, clock };
}

function spent(act: () => void): BudgetSpent | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof BudgetSpent) return error;
    throw error;
  }
}

/** The same numbers every time. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

test('no window ever holds more than the budget, and a refusal tells truly when there is room', () => {
  const below = seeded(5);
  const { meter, clock } = metered();
  const sent: { readonly at: number; readonly bytes: number }[] = [];
  let refusals = 0;
  for (let round = 0; round < 3000; round++) {
    clock.now += below(3000);
    const bytes = 1 + below(20_000);
    const refused = spent(() => meter.take(bytes));
    if (refused === undefined) sent.push({ at: clock.now, bytes });
    const within = (time: number): number => sent.filter(({ at }) => at > clock.now - time).reduce((sum, one) => sum + one.bytes, 0);
    expect(within(WINDOW)).toBeLessThanOrEqual(SENT);
    if (refused === undefined) continue;
    refusals++;
    // Room comes back late by a slice at most.
    expect(within(WINDOW + WINDOW / 60) + bytes).toBeGreaterThan(SENT);
    clock.now += (refused.denial.retryAfter ?? 0) * 1000;
    meter.take(bytes);
    sent.push({ at: clock.now, bytes });
  }
  expect(refusals).toBeGreaterThan(100);
});

test('a refusal names the budget of the route, not the rule that let the request in', () => {
  const { meter } = metered();
  meter.take(SENT);
  expect(spent(() => meter.take(1))?.denial).toMatchObject({ status: 429, clause: 'routes[3].budget', host: 'a.test', retryAfter: 60, final: false });
  expect(spent(() => meter.take(SENT + 1))?.denial).toMatchObject({ status: 403, final: true });
});

test('what was not sent is given back, also after its slice has left the window', () => {
  const { meter, clock } = metered();
  const spending = meter.take(SENT);
  meter.giveBack(spending);
  expect(meter.room).toBe(SENT);
  const old = meter.take(1000);
  clock.now += WINDOW;
  expect(meter.room).toBe(SENT);
  meter.giveBack(old);
  expect(meter.room).toBe(SENT);
});

test('the head of a request counts as it goes over the wire', () => {
  const text = 'GET /x?y=1 HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\n\r\n';
  expect(headBytes({ method: 'GET', url: '/x?y=1', rawHeaders: ['Host', 'a.test', 'Accept', '*/*'] })).toBe(text.length);
});
