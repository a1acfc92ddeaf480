import { authorityKey } from './host.ts';
import { parseHostPattern } from './hostPattern.ts';
import type { HostPattern } from './hostPattern.ts';
import type { Mistake } from './issue.ts';

/** What makes two routes of one file collide. */
export interface RouteIdentity {
  readonly host: string;
  readonly token_env?: string | undefined;
  readonly auth_scheme?: string | undefined;
  readonly plaintext?: boolean | undefined;
}

interface Claim {
  readonly key: string;
  readonly index: number;
}

/**
 * Routes that contradict each other, by their index. One route a place: a second one could never match. One place and
 * one form a credential slot: its value was given for a host, and goes to no other. A wildcard beside an exact host is no
 * conflict: the exact one decides.
 */
export function conflicts(routes: readonly RouteIdentity[]): Mistake[] {
  const places = new Map<string, Claim>();
  const slots = new Map<string, Claim & { readonly scheme: string | undefined }>();
  const mistakes: Mistake[] = [];
  for (const [index, route] of routes.entries()) {
    const pattern = parseHostPattern(route.host);
    if (!pattern.ok) continue;
    const own = placesOf(route, pattern.value);
    const taken = own.map((place) => places.get(place)).find((claim) => claim !== undefined);
    if (taken !== undefined) {
      mistakes.push({ path: [index, 'host'], message: `${taken.key} is already routes[${taken.index}]; one route per host`, hint: `Join the two, as entries of matches in routes[${taken.index}].` });
      continue;
    }
    const key = authorityKey(pattern.value.authority);
    for (const place of own) places.set(place, { key, index });
    if (route.token_env === undefined) continue;
    const slot = slots.get(route.token_env);
    if (slot === undefined) slots.set(route.token_env, { key, index, scheme: route.auth_scheme });
    else mistakes.push({ path: [index, 'token_env'], message: `${route.token_env} belongs to ${slot.key} (routes[${slot.index}]); a credential slot is for one place`, hint: 'Give this route a slot of its own, or take its credential away.' });
  }
  return mistakes;
}

/** `plaintext` without a port covers port 80 too, so `a.test` with it and `a.test:80` with it are the same place twice. */
function placesOf(route: RouteIdentity, { authority, portGiven }: HostPattern): readonly string[] {
  const secure = `https ${authorityKey(authority)}`;
  if (route.plaintext !== true) return [secure];
  return [secure, `http ${authorityKey(portGiven ? authority : { ...authority, port: 80 })}`];
}
