import { decide } from '../../../schemas/policy/decide.ts';
import { authorityKey, urlHost } from '../../../schemas/policy/host.ts';
import { compilePolicy } from '../../../schemas/policy/policy.ts';
import type { CompiledRoute, Policy } from '../../../schemas/policy/policy.ts';
import type { RoutesFile } from '../../../schemas/policy/routesFile.ts';

/** A place that the bottle's routes let a plain GET through to. */
export interface RouteTarget {
  /** `https://host[:port]/path`, as the clients are told. */
  readonly url: string;
  /** `host:port`, for people. */
  readonly place: string;
  /** The URL without a `/` at its end, for clients that add paths of their own. */
  readonly base: string;
}

/**
 * Where to try: the route that restricts least, so that clients which add paths of their own get through too, and rather
 * one without a credential. undefined when no route allows a GET.
 */
export function targetOf(file: RoutesFile): RouteTarget | undefined {
  const policy = compilePolicy(file);
  const candidates = policy.routes.filter((route) => !route.authority.host.startsWith('*.'));
  const ranked = [...candidates].sort((a, b) => rank(a) - rank(b));
  for (const route of ranked) {
    const path = pathsOf(route).find((one) => allows(policy, route, one));
    if (path !== undefined) return target(route, path);
  }
  return undefined;
}

function rank({ route }: CompiledRoute): number {
  return (route.matches === undefined ? 0 : 2) + (route.token_env === undefined ? 0 : 1);
}

function pathsOf({ route }: CompiledRoute): string[] {
  const rules = (route.matches ?? []).flatMap((match) => match.paths ?? []);
  return ['/', ...rules.filter((rule) => rule.type !== 'regex').map((rule) => rule.value)];
}

function allows(policy: Policy, { authority }: CompiledRoute, path: string): boolean {
  return decide(policy, { scheme: 'https', authority, method: 'GET', path, headers: [] }).verdict === 'allow';
}

function target({ authority }: CompiledRoute, path: string): RouteTarget {
  const origin = `https://${authority.port === 443 ? urlHost(authority) : authorityKey(authority)}`;
  return { url: `${origin}${path}`, place: authorityKey(authority), base: `${origin}${path}`.replace(/\/+$/, '') };
}
