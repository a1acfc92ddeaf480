import type { Origin } from '../../../schemas/manifest/extends.ts';
import { authorityKey } from '../../../schemas/policy/host.ts';
import { parseHostPattern } from '../../../schemas/policy/hostPattern.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import { routesFileProblems } from '../../../schemas/policy/routesFile.ts';
import type { RoutesFile } from '../../../schemas/policy/routesFile.ts';
import { BottleError } from '../errors.ts';

/** The live policy of a bottle and what its credential slots stand for. */
export interface BottleRoutes {
  /** What `egress/routes.yaml` holds: slots instead of host variables. */
  readonly file: RoutesFile;
  /** Host variable by slot name. */
  readonly slots: ReadonlyMap<string, string>;
}

/**
 * Joins the manifest's routes with the provider's and numbers the credential slots, one a route, since a slot is bound
 * to its place: one host variable for two hosts fills two slots. A provider's route for a place that the manifest names
 * too joins it: the manifest's own words win, the provider adds its credential and, where the manifest says nothing about
 * requests, its lock to the paths that its CLI needs. What the manifest denies stays denied. Throws `routes-invalid` for
 * what the proxy would refuse, and where nothing would be left of a provider's route, with the place that `origins` gives
 * the manifest's route (`egress.routes[0]`).
 */
export function bottleRoutes(manifest: readonly Route[], provider: readonly Route[], log: RoutesFile['log'], origins: ReadonlyMap<string, Origin>): BottleRoutes {
  const where = (index: PropertyKey | undefined): string => {
    const origin = typeof index === 'number' ? origins.get(`egress.routes[${index}]`) : undefined;
    return origin === undefined ? '' : `${origin.file}:${origin.line}:${origin.column}: `;
  };
  const slots = new Map<string, string>();
  const routes = joined(manifest, provider, where).map((route) => {
    if (route.token_env === undefined) return route;
    const slot = `EGRESS_TOKEN_${slots.size + 1}`;
    slots.set(slot, route.token_env);
    return { ...route, token_env: slot };
  });
  const file = { log, routes };
  const [problem] = routesFileProblems(file);
  if (problem === undefined) return { file, slots };
  const host = typeof problem.path[1] === 'number' ? routes[problem.path[1]]?.host : undefined;
  throw new BottleError('routes-invalid', `${where(problem.path[1])}The route ${host === undefined ? '' : `for ${host} `}cannot be enforced: ${problem.key}: ${problem.message}.`, {
    hint: problem.hint === '' ? "Mend the route in the bottle's manifest." : problem.hint,
  });
}

function joined(manifest: readonly Route[], provider: readonly Route[], where: (index: number) => string): Route[] {
  const result = [...manifest];
  for (const route of provider) {
    const at = result.findIndex((one) => placeOf(one) === placeOf(route));
    const own = result[at];
    if (own?.deny === true) {
      throw new BottleError('routes-invalid', `${where(at)}The provider needs ${route.host}, and the bottle denies it.`, { hint: 'Take that host out of egress.routes, or list under its deny only the requests that are to be blocked.' });
    }
    if (own === undefined) result.push(route);
    else result[at] = withProvider(own, route);
  }
  return result;
}

function withProvider(own: Route, { auth_scheme, token_env, matches }: Route): Route {
  return {
    ...own,
    ...(own.token_env === undefined && token_env !== undefined ? { auth_scheme, token_env } : {}),
    ...(own.matches === undefined && matches !== undefined ? { matches } : {}),
  };
}

function placeOf({ host }: Route): string {
  const pattern = parseHostPattern(host);
  return pattern.ok ? authorityKey(pattern.value.authority) : host;
}
