import * as z from 'zod';

const kibi = 1024;
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Bytes of one unit. Only binary units: what "4GB" means differs from tool to tool. */
const sizeUnits: Readonly<Record<string, number>> = { KiB: kibi, MiB: kibi ** 2, GiB: kibi ** 3, TiB: kibi ** 4 };

/** Milliseconds of one unit. */
const timeUnits: Readonly<Record<string, number>> = { s: second, m: minute, h: hour, d: 24 * hour };

/** Bounds of a quantity, with the words for them. */
interface Bounds {
  readonly least: number;
  readonly most: number;
  /** As in "from 64MiB to 1024TiB". */
  readonly words: string;
}

/**
 * A size: a whole number and a unit without a space between, `512MiB`. Units are `KiB`, `MiB`, `GiB` and `TiB`, in this
 * spelling. Reads as bytes.
 */
export function sizeSchema(bounds: Bounds): z.ZodType<number, string> {
  return quantity(sizeUnits, bounds, 'a whole number and KiB, MiB, GiB or TiB without a space, such as 4GiB');
}

/**
 * A time: a whole number and a unit without a space between, `90m`. Units are `s`, `m`, `h` and `d`. `none` lifts the
 * limit of a parent. Reads as milliseconds, `none` as null.
 */
export function timeLimitSchema(bounds: Bounds): z.ZodType<number | null, string> {
  const time = quantity(timeUnits, bounds, 'a whole number and s, m, h or d without a space, such as 90m, or none');
  return z.string().transform((text, context) => {
    if (text === 'none') return null;
    const read = time.safeParse(text);
    if (read.success) return read.data;
    for (const { message } of read.error.issues) context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** Processors: a whole number, or text with up to two decimals, `"1.5"`. */
export function processorsSchema(bounds: Bounds): z.ZodType<number, number | string> {
  const form = 'a whole number, or a fraction in quotes with up to two decimals, such as "1.5"';
  return z.union([z.int(), z.string()], { error: `must be ${form}.` }).transform((written, context) => {
    const text = String(written);
    const count = /^(?:0|[1-9][0-9]*)(?:\.[0-9]{1,2})?$/.test(text) ? Number(text) : Number.NaN;
    return within(count, bounds, form, text, context);
  });
}

function quantity(units: Readonly<Record<string, number>>, bounds: Bounds, form: string): z.ZodType<number, string> {
  const grammar = new RegExp(`^([1-9][0-9]{0,15})(${Object.keys(units).join('|')})$`);
  return z.string().transform((text, context) => {
    const [, digits = '', unit = ''] = grammar.exec(text) ?? [];
    return within(Number(digits) * (units[unit] ?? Number.NaN), bounds, form, text, context);
  });
}

function within(value: number, { least, most, words }: Bounds, form: string, text: string, context: z.RefinementCtx): number {
  const found = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  if (!Number.isFinite(value)) context.addIssue({ code: 'custom', message: `must be ${form}; found ${found}.` });
  else if (value < least || value > most) context.addIssue({ code: 'custom', message: `must be ${words}; found ${found}.` });
  else return value;
  return z.NEVER;
}
