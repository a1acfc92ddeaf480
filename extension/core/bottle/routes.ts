import type { Route } from '../../../schemas/policy/route.ts';
import type { RoutesFile } from '../../../schemas/policy/routesFile.ts';

/** The live policy of a bottle and what its credential slots stand for. */
export interface BottleRoutes {
  /** What `egress/routes.yaml` holds: slots instead of host variables. */
  readonly file: RoutesFile;
  /** Host variable by slot name. */
  readonly slots: ReadonlyMap<string, string>;
}

/**
 * Joins the manifest's routes with the provider's and numbers the credential slots. A provider's route for a host that
 * the manifest names too joins it: the manifest's own words win, the provider only adds the credential.
 */
export function bottleRoutes(manifest: readonly Route[], provider: readonly Route[], log: RoutesFile['log']): BottleRoutes {
  const slots = new Map<string, string>();
  const routes = joined(manifest, provider).map((route) => {
    if (route.token_env === undefined) return route;
    const slot = slotFor(slots, route.token_env);
    return { ...route, token_env: slot };
  });
  return { file: { log, routes }, slots };
}

function joined(manifest: readonly Route[], provider: readonly Route[]): Route[] {
  const result = [...manifest];
  for (const route of provider) {
    const at = result.findIndex((one) => one.host === route.host);
    const own = result[at];
    if (own === undefined) result.push(route);
    else if (own.token_env === undefined && route.token_env !== undefined) {
      result[at] = { ...own, auth_scheme: route.auth_scheme, token_env: route.token_env };
    }
  }
  return result;
}

function slotFor(slots: Map<string, string>, variable: string): string {
  for (const [slot, name] of slots) if (name === variable) return slot;
  const slot = `EGRESS_TOKEN_${slots.size + 1}`;
  slots.set(slot, variable);
  return slot;
}
