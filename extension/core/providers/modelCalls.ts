import type { MatchRule } from '../../../schemas/policy/route.ts';

/** One call of a model's API that a CLI needs: method, and path below the API's base. */
export type ModelCall = readonly [method: 'GET' | 'POST', path: string];

/**
 * The lock of a provider's route: exactly these calls, nothing below them. `base` is the path of the API's base address,
 * without a slash at its end.
 */
export function lockedTo(calls: readonly ModelCall[], base = ''): MatchRule[] {
  const methods = [...new Set(calls.map(([method]) => method))];
  return methods.map((method) => ({
    paths: calls.filter(([each]) => each === method).map(([, path]) => ({ type: 'exact' as const, value: `${base}${path}` })),
    methods: [method],
  }));
}

/** An API's base address as a person wrote it, in the parts a route is made of; undefined when it is none. */
export function apiBase(address: string): { readonly host: string; readonly path: string; readonly plaintext: boolean } | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, host, pathname } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  return { host, path: pathname.replace(/\/+$/, ''), plaintext: protocol === 'http:' };
}
