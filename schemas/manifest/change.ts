import type { Plain } from './print.ts';

/** Keys and list places from the top of the data. */
export type Path = readonly (string | number)[];

/** One change of the data of a manifest. */
export type Change =
  | { readonly kind: 'set'; readonly path: Path; readonly value: Plain }
  /** Adds to the list at the path, making it when there is none. */
  | { readonly kind: 'append'; readonly path: Path; readonly value: Plain }
  /** Also takes out the maps and lists that would be left empty: an empty value says something else than none. */
  | { readonly kind: 'remove'; readonly path: Path };

/** The data after a change; undefined when the place does not exist. */
export function changed(data: unknown, change: Change): unknown {
  const { kind, path } = change;
  if (kind === 'remove') return valueAt(data, path) === undefined ? undefined : without(data, emptiedBy(data, path));
  if (kind === 'set') return withValue(data, path, change.value);
  const list = valueAt(data, path);
  if (list !== undefined && !Array.isArray(list)) return undefined;
  return withValue(data, path, [...(list ?? []), change.value]);
}

/** What is at a path; undefined when nothing is. */
export function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    if (Array.isArray(value)) return typeof part === 'number' ? value[part] : undefined;
    return isRecord(value) && Object.hasOwn(value, part) ? value[String(part)] : undefined;
  }, data);
}

/** The path itself, or that of the outermost map or list that holds nothing else. */
export function emptiedBy(data: unknown, path: Path): Path {
  const around = path.slice(0, -1);
  const holder = valueAt(data, around);
  const size = Array.isArray(holder) ? holder.length : isRecord(holder) ? Object.keys(holder).length : 0;
  return around.length > 0 && size === 1 ? emptiedBy(data, around) : path;
}

function withValue(data: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === 'number') {
    if (!Array.isArray(data) || first >= data.length) return undefined;
    return data.map((item: unknown, index) => (index === first ? withValue(item, rest, value) : item));
  }
  if (data !== undefined && !isRecord(data)) return undefined;
  const inner = withValue(data?.[first], rest, value);
  return inner === undefined ? undefined : { ...data, [first]: inner };
}

function without(data: unknown, path: Path): unknown {
  const [first, ...rest] = path;
  const last = rest.length === 0;
  if (Array.isArray(data)) return data.flatMap((item: unknown, index) => (index !== first ? [item] : last ? [] : [without(item, rest)]));
  if (!isRecord(data)) return data;
  const entries = Object.entries(data).flatMap(([key, item]) => (key !== first ? [[key, item]] : last ? [] : [[key, without(item, rest)]]));
  return Object.fromEntries(entries);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
