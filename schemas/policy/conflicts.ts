import { authorityKey } from './host.ts';
import { coveringKeys, denyKey, parseHostPattern } from './hostPattern.ts';
import type { HostPattern } from './hostPattern.ts';
import type { Mistake } from './issue.ts';

/** What makes two routes of one file collide. */
export interface RouteIdentity {
  readonly host: string;
  readonly token_env?: string | undefined;
  readonly auth_scheme?: string | undefined;
  readonly plaintext?: boolean | undefined;
  readonly tls_passthrough?: boolean | undefined;
  readonly deny?: true | readonly unknown[] | undefined;
}

/** A route that collides, by its index at the head of the path, and the one it collides with. */
export interface Conflict extends Mistake {
  readonly other: number;
}

interface Claim {
  readonly key: string;
  readonly index: number;
}

/**
 * Routes that contradict each other, by their index. One route a place: a second one could never match. One place and
 * one form a credential slot: its value was given for a host, and goes to no other. A wildcard beside an exact host is no
 * conflict, the exact one decides; unless the wildcard denies what the exact host would be for.
 */
export function conflicts(routes: readonly RouteIdentity[]): Conflict[] {
  const places = new Map<string, Claim>();
  const slots = new Map<string, Claim & { readonly scheme: string | undefined }>();
  const mistakes: Conflict[] = [];
  for (const [index, route] of routes.entries()) {
    const pattern = parseHostPattern(route.host);
    if (!pattern.ok) continue;
    const own = placesOf(route, pattern.value);
    const taken = own.map((place) => places.get(place)).find((claim) => claim !== undefined);
    if (taken !== undefined) {
      const denied = route.deny === true || routes[taken.index]?.deny === true;
      mistakes.push({ other: taken.index, path: [index, 'host'], message: `${taken.key} is already routes[${taken.index}]; one route per host`, hint: denied ? 'One of the two denies it: take the other out.' : `Join the two, as entries of matches in routes[${taken.index}].` });
      continue;
    }
    const key = authorityKey(pattern.value.authority);
    for (const place of own) places.set(place, { key, index });
    if (route.token_env === undefined) continue;
    const slot = slots.get(route.token_env);
    if (slot === undefined) slots.set(route.token_env, { key, index, scheme: route.auth_scheme });
    else mistakes.push({ other: slot.index, path: [index, 'token_env'], message: `${route.token_env} belongs to ${slot.key} (routes[${slot.index}]); a credential slot is for one place`, hint: 'Give this route a slot of its own, or take its credential away.' });
  }
  return [...mistakes, ...coveredRoutes(routes)];
}

/** Routes of which a deny that stands above them leaves nothing, or would have to look where nothing is seen. */
function coveredRoutes(routes: readonly RouteIdentity[]): Conflict[] {
  const patterns = routes.map(({ host }) => parseHostPattern(host));
  const denials = new Map(patterns.flatMap((pattern, index) => (pattern.ok && routes[index]?.deny !== undefined ? [[denyKey(pattern.value), index] as const] : [])));
  return routes.flatMap((route, index) => {
    const pattern = patterns[index];
    if (pattern?.ok !== true) return [];
    const own = authorityKey(pattern.value.authority);
    const above = [...new Set(coveringKeys(pattern.value.authority).map((key) => denials.get(key)))].filter((by) => by !== undefined && by !== index && keyOf(patterns[by]) !== own);
    const whole = above.find((by) => by !== undefined && routes[by]?.deny === true);
    const [some] = above;
    if (whole !== undefined) return [{ other: whole, path: [index, 'host'], message: `${routes[whole]?.host ?? ''} (routes[${whole}]) is denied as a whole, so a route for ${route.host} can never decide anything`, hint: 'Take one of the two out, or deny less.' }];
    if (some === undefined || route.tls_passthrough !== true) return [];
    return [{ other: some, path: [index, 'tls_passthrough'], message: `${routes[some]?.host ?? ''} (routes[${some}]) denies single requests, and nobody would see those to ${route.host}`, hint: 'Take tls_passthrough away, or that deny.' }];
  });
}

function keyOf(pattern: ReturnType<typeof parseHostPattern> | undefined): string | undefined {
  return pattern?.ok === true ? authorityKey(pattern.value.authority) : undefined;
}

/** `plaintext` without a port covers port 80 too, so `a.test` with it and `a.test:80` with it are the same place twice. */
function placesOf(route: RouteIdentity, { authority, portGiven }: HostPattern): readonly string[] {
  const secure = `https ${authorityKey(authority)}`;
  if (route.plaintext !== true) return [secure];
  return [secure, `http ${authorityKey(portGiven ? authority : { ...authority, port: 80 })}`];
}
