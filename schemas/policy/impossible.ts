import { parseHostPattern } from './hostPattern.ts';
import { impossibleDeny, impossibleMatch } from './impossibleEntry.ts';
import type { Mistake } from './issue.ts';
import type { MatchRule } from './matchRule.ts';
import { unreachableHost } from './unreachable.ts';

/** What of a route decides whether it can ever do anything. */
export interface RouteParts {
  readonly host: string;
  readonly auth_scheme?: string | undefined;
  readonly token_env?: string | undefined;
  readonly matches?: readonly MatchRule[] | undefined;
  readonly deny?: true | readonly MatchRule[] | undefined;
  readonly git?: { readonly fetch?: boolean | undefined } | undefined;
  readonly encoded_slash?: boolean | undefined;
}

/** What each key of a route allows but the route as a whole can never do, or must not. Paths start at the route. */
export function impossible(route: RouteParts): Mistake[] {
  const pattern = parseHostPattern(route.host);
  if (!pattern.ok) return [];
  const mistakes: Mistake[] = [];
  const unreachable = unreachableHost(pattern.value.authority);
  if (unreachable !== undefined) mistakes.push({ path: ['host'], message: `${unreachable}, so this route can never match`, hint: 'Take the route out.' });
  if (route.deny === true) return [...mistakes, ...besideDeny(route)];
  if (pattern.value.wildcard && route.token_env !== undefined) mistakes.push({ path: ['token_env'], message: 'a credential belongs to one host, and this route is for many', hint: 'Give the host of the credential a route of its own.' });
  const [matches, deny] = [route.matches ?? [], route.deny ?? []];
  return [
    ...mistakes,
    ...repeated('matches', matches),
    ...matches.flatMap((entry, index) => impossibleMatch(route, entry).map((mistake) => below('matches', index, mistake))),
    ...shadowed(matches, deny),
    ...repeated('deny', deny),
    ...deny.flatMap((entry, index) => impossibleDeny(entry).map((mistake) => below('deny', index, mistake))),
  ];
}

function below(list: 'matches' | 'deny', index: number, mistake: Mistake): Mistake {
  return { ...mistake, path: [list, index, ...mistake.path] };
}

/** Keys of which nothing is left where the whole host is blocked; those that this code does not know too. */
function besideDeny(route: RouteParts): Mistake[] {
  const others = Object.entries(route).filter(([key, value]) => value !== undefined && key !== 'host' && key !== 'deny');
  // Scheme and slot of a credential are one key to a person.
  const told = others.filter(([key]) => key !== 'token_env' || route.auth_scheme === undefined);
  return told.map(([key]) => ({ path: [key], message: 'has no place beside deny: true, which blocks the whole host', hint: 'Take it out, or list under deny the requests that are to be blocked.' }));
}

function repeated(list: 'matches' | 'deny', entries: readonly MatchRule[]): Mistake[] {
  const first = firstPlaces(entries);
  return entries.flatMap((entry, index) => {
    const same = first.get(JSON.stringify(entry)) ?? index;
    return same === index ? [] : [below(list, index, { path: [], message: `the same as ${list}[${same}], so it can never decide anything`, hint: 'Take it out.' })];
  });
}

function shadowed(matches: readonly MatchRule[], deny: readonly MatchRule[]): Mistake[] {
  const denied = firstPlaces(deny);
  return matches.flatMap((entry, index) => {
    const by = denied.get(JSON.stringify(entry));
    return by === undefined ? [] : [below('matches', index, { path: [], message: `deny[${by}] blocks all that fits, so it can never match`, hint: 'Take one of the two out.' })];
  });
}

function firstPlaces(entries: readonly MatchRule[]): ReadonlyMap<string, number> {
  return new Map(entries.map((entry, index) => [JSON.stringify(entry), index] as const).reverse());
}
