import * as z from 'zod';
import { duration, readQuantity, size } from './quantity.ts';
import type { Kind, Bounds } from './quantity.ts';

const KiB = 1024;
const second = 1000;

const bounds: Readonly<Record<'sent' | 'window', Bounds>> = {
  sent: { least: KiB, most: 1024 * KiB ** 4, words: 'from 1KiB to 1024TiB' },
  window: { least: second, most: 7 * 24 * 3600 * second, words: 'from 1s to 7d' },
};

const quantity = (kind: Kind, within: Bounds) =>
  z.string().superRefine((text, context) => {
    const read = readQuantity(kind, within, text);
    if (!read.ok) context.addIssue({ code: 'custom', message: read.reason });
  });

/** `budget` of a route. It stays as it was written, so that a file printed again is the same. */
export const budgetSchema = z.strictObject({
  /** What the agent may send in one window: heads and bodies of requests, messages of WebSockets, bytes of tunnels. */
  sent: quantity(size, bounds.sent),
  /** How far back is counted; it slides. */
  window: quantity(duration, bounds.window),
});
type WrittenBudget = z.infer<typeof budgetSchema>;

/** A budget in numbers. */
export interface Budget {
  /** Bytes. */
  readonly sent: number;
  /** Milliseconds. */
  readonly window: number;
}

/** The numbers of a budget that passed its schema; throws on another one (a bug, not an input). */
export function budgetOf(written: WrittenBudget): Budget {
  const [sent, window] = [readQuantity(size, bounds.sent, written.sent), readQuantity(duration, bounds.window, written.window)];
  if (!sent.ok || !window.ok) throw new TypeError('budget: not a size and a duration');
  return { sent: sent.value, window: window.value };
}

/** A budget in words, as in "at most ...". */
export function budgetWords({ sent, window }: WrittenBudget): string {
  return `${sent} sent in ${window}`;
}
