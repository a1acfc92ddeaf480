import { gitOperation } from './git.ts';
import { parseHostPattern } from './hostPattern.ts';
import type { Mistake } from './issue.ts';
import { canonicalPath, hidesSlash } from './path.ts';
import type { MatchRule } from './route.ts';
import { unreachableHost } from './unreachable.ts';

/** What of a route decides whether it can ever do anything. */
export interface RouteParts {
  readonly host: string;
  readonly token_env?: string | undefined;
  readonly matches?: readonly MatchRule[] | undefined;
  readonly git?: { readonly fetch?: boolean | undefined } | undefined;
  readonly encoded_slash?: boolean | undefined;
}

/** What each key of a route allows but the route as a whole can never do, or must not. Paths start at the route. */
export function impossible(route: RouteParts): Mistake[] {
  const pattern = parseHostPattern(route.host);
  if (!pattern.ok) return [];
  const mistakes: Mistake[] = [];
  const add = (path: readonly PropertyKey[], message: string, hint: string): void => void mistakes.push({ path, message, hint });
  const unreachable = unreachableHost(pattern.value.authority);
  if (unreachable !== undefined) add(['host'], `${unreachable}, so this route can never match`, 'Take the route out.');
  if (pattern.value.wildcard && route.token_env !== undefined) add(['token_env'], 'a credential belongs to one host, and this route is for many', 'Give the host of the credential a route of its own.');
  for (const [index, match] of (route.matches ?? []).entries()) {
    const same = (route.matches ?? []).findIndex((other) => JSON.stringify(other) === JSON.stringify(match));
    if (same < index) add(['matches', index], `the same as matches[${same}], so it can never decide anything`, 'Take it out.');
    for (const [at, rule] of (match.paths ?? []).entries()) {
      const because = impossiblePath(route, rule);
      if (because !== undefined) add(['matches', index, 'paths', at, 'value'], because.message, because.hint);
    }
    for (const [at, rule] of (match.headers ?? []).entries()) {
      const other = (match.headers ?? []).slice(0, at).findIndex((before) => exactly(before) && exactly(rule) && before.name.toLowerCase() === rule.name.toLowerCase() && before.value !== rule.value);
      if (other >= 0) add(['matches', index, 'headers', at], `headers[${other}] wants another value of the same header, so the entry can never match`, 'Give each value an entry of its own.');
    }
  }
  return mistakes;
}

function exactly(rule: { readonly type?: 'exact' | 'regex' | undefined }): boolean {
  return rule.type !== 'regex';
}

function impossiblePath(route: RouteParts, rule: NonNullable<MatchRule['paths']>[number]): { readonly message: string; readonly hint: string } | undefined {
  const target = rule.type === 'regex' ? undefined : canonicalPath(rule.value);
  if (target === undefined || !target.ok) return undefined;
  if (hidesSlash(target.value.path) && route.encoded_slash !== true) {
    return { message: 'has an encoded slash, which this route does not let through, so it can never match', hint: 'Set encoded_slash: true on the route.' };
  }
  if (rule.type !== 'exact') return undefined;
  const git = gitOperation(target.value);
  if (git === 'push') return { message: 'git push over https is always blocked, so this can never match', hint: 'Push through the git gate.' };
  if (git === 'fetch' && route.git?.fetch !== true) return { message: 'git fetch is not allowed on this route, so this can never match', hint: 'Set git: {fetch: true} on the route.' };
  return undefined;
}
