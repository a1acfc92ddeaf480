import * as z from 'zod';
import { authorityKey, parseAuthority } from '../policy/host.ts';
import { authSchemeSchema, routeSchema, type Route } from '../policy/route.ts';
import { logLevelSchema } from '../policy/routesFile.ts';
import { refusedKey, variableName } from './keys.ts';

const { host, matches, git, dlp, private_addresses, plaintext } = routeSchema.shape;

/** One host the bottle may reach, as a manifest writes it: a policy route whose credential is a host variable. */
export const manifestRouteSchema = z.strictObject({
  host,
  auth: z.strictObject({ scheme: authSchemeSchema, token_ref: variableName }).optional(),
  matches,
  dlp,
  git,
  role: refusedKey('is reserved and takes no value: take the key out. For a model credential use agent_provider.auth_token.'),
  private_addresses,
  plaintext,
});
export type ManifestRoute = z.infer<typeof manifestRouteSchema>;

/** `egress` of a bottle. */
export const egressSchema = z.strictObject({
  routes: z.array(manifestRouteSchema).superRefine(uniqueHosts).optional(),
  log: logLevelSchema.optional(),
});

/** One spelling for each place, so that `host` and `host:443` are the same; unreadable hosts are told elsewhere. */
export function routeKey(route: { readonly host: string }): string {
  const authority = parseAuthority(route.host, 443);
  return authority.ok ? authorityKey(authority.value) : route.host;
}

/** The policy route of a manifest route. `token_env` is the host variable still; numbering the slots is the core's. */
export function policyRoute(route: ManifestRoute): Route {
  const { auth, role: _role, matches: rules, ...rest } = route;
  const upper = rules?.map((rule) => (rule.methods === undefined ? rule : { ...rule, methods: rule.methods.map((name) => name.toUpperCase()) }));
  return {
    ...rest,
    ...(upper === undefined ? {} : { matches: upper }),
    ...(auth === undefined ? {} : { auth_scheme: auth.scheme, token_env: auth.token_ref }),
  };
}

function uniqueHosts(routes: readonly { readonly host: string }[], context: z.RefinementCtx): void {
  const seen = new Map<string, number>();
  for (const [index, route] of routes.entries()) {
    const key = routeKey(route);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else context.addIssue({ code: 'custom', path: [index, 'host'], message: `is ${key}, which routes[${first}] names already: join the two.` });
  }
}
