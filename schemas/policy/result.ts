/** A value, or one sentence why there is none. Parsers of hostile text return this; they never throw. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export function accepted<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refused<T>(reason: string): Result<T> {
  return { ok: false, reason };
}
