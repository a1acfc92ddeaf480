import * as z from 'zod';
import { duration, readQuantity, size, withinBounds, type Bounds } from '../policy/quantity.ts';
import type { Result } from '../policy/result.ts';

/** A size, `512MiB`. Reads as bytes. */
export function sizeSchema(bounds: Bounds): z.ZodType<number, string> {
  return z.string().transform((text, context) => told(readQuantity(size, bounds, text), context));
}

/** A time, `90m`; `none` lifts the limit of a parent. Reads as milliseconds, `none` as null. */
export function timeLimitSchema(bounds: Bounds): z.ZodType<number | null, string> {
  const kind = { ...duration, form: `${duration.form}, or none` };
  return z.string().transform((text, context) => (text === 'none' ? null : told(readQuantity(kind, bounds, text), context)));
}

/** Processors: a whole number, or text with up to two decimals, `"1.5"`. */
export function processorsSchema(bounds: Bounds): z.ZodType<number, number | string> {
  const form = 'a whole number, or a fraction in quotes with up to two decimals, such as "1.5"';
  return z.union([z.int(), z.string()], { error: `must be ${form}.` }).transform((written, context) => {
    const text = String(written);
    const count = /^(?:0|[1-9][0-9]*)(?:\.[0-9]{1,2})?$/.test(text) ? Number(text) : Number.NaN;
    return told(withinBounds(count, bounds, form, text), context);
  });
}

function told(read: Result<number>, context: z.RefinementCtx): number {
  if (read.ok) return read.value;
  context.addIssue({ code: 'custom', message: `${read.reason}.` });
  return z.NEVER;
}
