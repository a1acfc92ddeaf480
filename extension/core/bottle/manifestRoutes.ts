import * as z from 'zod';
import type { ManifestRoute } from '../../../schemas/manifest/egress.ts';
import { type Route, routeSchema } from '../../../schemas/policy/route.ts';
import { BottleError } from '../errors.ts';

/**
 * The policy's form of a manifest route: `auth` becomes scheme and variable, everything else stays as written. The
 * policy's own schema has the last word, so that nothing the proxy would refuse is planned. Throws `routes-invalid`.
 */
export function policyRoute(route: ManifestRoute): Route {
  const { auth, role: _reserved, ...rest } = route;
  const written = { ...rest, ...(auth === undefined ? {} : { auth_scheme: auth.scheme, token_env: auth.token_ref }) };
  // The detour through JSON drops the `undefined` that optional manifest keys leave behind.
  const parsed = routeSchema.safeParse(JSON.parse(JSON.stringify(written)));
  if (parsed.success) return parsed.data;
  throw new BottleError('routes-invalid', `The route for ${route.host} cannot be enforced: ${z.prettifyError(parsed.error)}`, {
    hint: 'Mend the route in the bottle\'s manifest.',
  });
}
