import { backendNames } from '../../schemas/protocol/bottle.ts';
import { BottleError } from '../core/errors.ts';

/** The option's value as one of the allowed ones; undefined when it was not given. Throws `usage`. */
export function oneOf<T extends string>(option: string, value: string | undefined, allowed: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new BottleError('usage', `${option} cannot be "${value}".`, { hint: `It is one of ${allowed.join(', ')}.` });
  return found;
}

/** Backends a person can choose; the fake one exists in tests only. */
export const realBackends = backendNames.filter((name) => name !== 'fake');
