import type { BottleErrorAction, BottleErrorCode } from '../../core/errors.ts';
import { errorTable } from './table.ts';

/** A core error as the editor sees it. The core is a bundle of its own, so its class is not ours to compare with. */
export interface CaughtError {
  readonly code: BottleErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly actions: readonly BottleErrorAction[];
}

/** Reads anything thrown; what is not an error of ours counts as `internal`. */
export function readError(thrown: unknown): CaughtError {
  if (!(thrown instanceof Error)) return { code: 'internal', message: String(thrown), hint: '', actions: [] };
  const fields: Record<string, unknown> = { ...thrown };
  const { code, hint, actions } = fields;
  if (thrown.name !== 'BottleError' || !isCode(code)) return { code: 'internal', message: thrown.message, hint: '', actions: [] };
  return { code, message: thrown.message, hint: typeof hint === 'string' ? hint : '', actions: Array.isArray(actions) ? actions.filter(isAction) : [] };
}

function isCode(value: unknown): value is BottleErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTable, value);
}

function isAction(value: unknown): value is BottleErrorAction {
  return typeof value === 'object' && value !== null && 'title' in value && 'command' in value && typeof value.title === 'string' && typeof value.command === 'string';
}
