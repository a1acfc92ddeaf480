import { accepted, refused } from './result.ts';
import type { Result } from './result.ts';

const kibi = 1024;
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** What a number and a unit stand for, and how a person is told. */
export interface Kind {
  /** What one of each unit is. */
  readonly units: Readonly<Record<string, number>>;
  /** As in "must be ...". */
  readonly form: string;
}

/** Reads as bytes. Only binary units: what "4GB" means differs from tool to tool. */
export const size: Kind = {
  units: { KiB: kibi, MiB: kibi ** 2, GiB: kibi ** 3, TiB: kibi ** 4 },
  form: 'a whole number and KiB, MiB, GiB or TiB without a space, such as 4GiB',
};

/** Reads as milliseconds. */
export const duration: Kind = {
  units: { s: second, m: minute, h: hour, d: 24 * hour },
  form: 'a whole number and s, m, h or d without a space, such as 90m',
};

/** Bounds of a quantity, with the words for them. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
  /** As in "from 64MiB to 1024TiB". */
  readonly words: string;
}

/** A whole number and a unit without a space between, `512MiB`, in exactly this spelling. */
export function readQuantity(kind: Kind, bounds: Bounds, text: string): Result<number> {
  const [, digits = '', unit = ''] = new RegExp(`^([1-9][0-9]{0,15})(${Object.keys(kind.units).join('|')})$`).exec(text) ?? [];
  return withinBounds(Number(digits) * (kind.units[unit] ?? Number.NaN), bounds, kind.form, text);
}

/** A number that was read from `text`, held to its bounds; not a number is not of this form. */
export function withinBounds(value: number, { least, most, words }: Bounds, form: string, text: string): Result<number> {
  const found = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  if (!Number.isFinite(value)) return refused(`must be ${form}; found ${found}`);
  return value < least || value > most ? refused(`must be ${words}; found ${found}`) : accepted(value);
}
