import { authorityKey } from './host.ts';
import { parseHostPattern } from './hostPattern.ts';
import { accepted, refused } from './result.ts';
import type { Result } from './result.ts';
import type { AuthScheme, Route } from './route.ts';

/** The one place and form in which a credential slot may travel. */
export interface Binding {
  /** The route's host, canonical, with its port. */
  readonly place: string;
  readonly scheme: AuthScheme;
}

/** By slot name. */
export type Bindings = ReadonlyMap<string, Binding>;

interface Routes {
  readonly routes: readonly Pick<Route, 'host' | 'auth_scheme' | 'token_env'>[];
}

function bindingOf(route: Routes['routes'][number]): readonly [string, Binding] | undefined {
  const { host, auth_scheme: scheme, token_env: slot } = route;
  if (scheme === undefined || slot === undefined) return undefined;
  const pattern = parseHostPattern(host);
  return [slot, { place: pattern.ok ? authorityKey(pattern.value.authority) : host, scheme }];
}

/**
 * What each slot of these routes is given for. Refused, with a sentence, when one slot serves two places or is written
 * in two ways: then nobody could say where its value belongs.
 */
export function bindingsOf(file: Routes): Result<Bindings> {
  return extendBindings(new Map(), file, () => true);
}

/**
 * The bindings after a change of routes. A slot stays where it was first given, also while no route names it: a route
 * that would carry it elsewhere is refused. A slot nobody knew is bound by its first route when `given` says that a
 * person gave it a value, else refused.
 */
export function extendBindings(bindings: Bindings, file: Routes, given: (slot: string) => boolean): Result<Bindings> {
  const known = new Map(bindings);
  for (const [index, route] of file.routes.entries()) {
    const found = bindingOf(route);
    if (found === undefined) continue;
    const [slot, wanted] = found;
    const bound = known.get(slot);
    if (bound === undefined && !given(slot)) return refused(`routes[${index}] names the credential slot ${slot}, which does not exist in this bottle`);
    if (bound !== undefined && bound.place !== wanted.place) {
      return refused(`routes[${index}] would send the credential ${slot} to ${wanted.place}; it was given for ${bound.place} only`);
    }
    if (bound !== undefined && bound.scheme !== wanted.scheme) {
      return refused(`routes[${index}] would write the credential ${slot} as ${wanted.scheme}; it was given as ${bound.scheme} only`);
    }
    known.set(slot, wanted);
  }
  return accepted(known);
}
