import { gitOperation } from './git.ts';
import type { RouteParts } from './impossible.ts';
import type { Mistake } from './issue.ts';
import { allowableMethods } from './methods.ts';
import { canonicalPath, hidesSlash } from './path.ts';
import type { MatchRule } from './matchRule.ts';

type PathRule = NonNullable<MatchRule['paths']>[number];

/** Why an entry of `matches` can never match, or a part of it. Paths start at the entry. */
export function impossibleMatch(route: RouteParts, entry: MatchRule): Mistake[] {
  const credential = route.auth_scheme?.startsWith('query:') === true ? route.auth_scheme.slice('query:'.length) : undefined;
  return [
    ...(entry.paths ?? []).flatMap((rule, index) => impossiblePath(route, rule).map((because) => ({ path: ['paths', index, 'value'], ...because }))),
    ...contradictions(entry),
    ...(entry.query ?? []).flatMap(({ name, value }, index) =>
      name !== credential || value === undefined
        ? []
        : [{ path: ['query', index, 'value'], message: 'the credential takes the place of this parameter, so what the agent writes there is never sent', hint: 'Leave the value out: the parameter may then be there, and is replaced.' }],
    ),
  ];
}

/** Why an entry of `deny` can never decide anything, or decides everything. Paths start at the entry. */
export function impossibleDeny(entry: MatchRule): Mistake[] {
  return [
    ...(coversEverything(entry) ? [{ path: [], message: 'covers every request', hint: 'Write deny: true to block the whole host.' }] : []),
    ...(entry.paths ?? []).flatMap((rule, index) =>
      exactGit(rule) === 'push' ? [{ path: ['paths', index, 'value'], message: 'git push over https is always blocked, so this can never decide anything', hint: 'Take it out.' }] : [],
    ),
    ...contradictions(entry),
  ];
}

type Because = Pick<Mistake, 'message' | 'hint'>;

function impossiblePath(route: RouteParts, rule: PathRule): Because[] {
  const target = rule.type === 'regex' ? undefined : canonicalPath(rule.value);
  if (target === undefined || !target.ok) return [];
  if (hidesSlash(target.value.path) && route.encoded_slash !== true) {
    return [{ message: 'has an encoded slash, which this route does not let through, so it can never match', hint: 'Set encoded_slash: true on the route.' }];
  }
  const git = exactGit(rule);
  if (git === 'push') return [{ message: 'git push over https is always blocked, so this can never match', hint: 'Push through the git gate.' }];
  if (git === 'fetch' && route.git?.fetch !== true) return [{ message: 'git fetch is not allowed on this route, so this can never match', hint: 'Set git: {fetch: true} on the route.' }];
  return [];
}

function exactGit(rule: PathRule): 'push' | 'fetch' | undefined {
  const target = canonicalPath(rule.value);
  return rule.type === 'exact' && target.ok ? gitOperation(target.value) : undefined;
}

/** Rules of one entry that want two things of one header or parameter. */
function contradictions({ headers = [], query = [] }: MatchRule): Mistake[] {
  return [
    ...headers.flatMap((rule, index) => {
      const other = headers.slice(0, index).findIndex((before) => before.type !== 'regex' && rule.type !== 'regex' && before.name.toLowerCase() === rule.name.toLowerCase() && before.value !== rule.value);
      return other < 0 ? [] : [{ path: ['headers', index], message: `headers[${other}] wants another value of the same header, so the entry can never match`, hint: 'Give each value an entry of its own.' }];
    }),
    ...query.flatMap((rule, index) => {
      const other = query.findIndex((before) => before.name === rule.name);
      return other === index ? [] : [{ path: ['query', index], message: `query[${other}] is for the same parameter`, hint: 'Give each value an entry of its own, or write one expression for all of them.' }];
    }),
  ];
}

/** Whether every dimension that is there fits whatever is asked. */
function coversEverything({ paths, methods, headers, query }: MatchRule): boolean {
  if (headers !== undefined || query !== undefined || (paths === undefined && methods === undefined)) return false;
  const anyPath = paths === undefined || paths.some(({ type, value }) => (type === 'regex' ? /^\/?\.\*$/.test(value) : type !== 'exact' && value === '/'));
  return anyPath && (methods === undefined || allowableMethods.every((name) => methods.some((method) => method.toUpperCase() === name)));
}
