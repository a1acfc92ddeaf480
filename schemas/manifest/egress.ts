import * as z from 'zod';
import { authorityKey, parseAuthority } from '../policy/host.ts';
import { authSchemeSchema, routeSchema, type Route } from '../policy/route.ts';
import { logLevelSchema } from '../policy/routesFile.ts';
import { refusedKey, variableName } from './keys.ts';

const { host, matches, git, dlp, private_addresses, plaintext, websocket, encoded_slash } = routeSchema.shape;

/**
 * One host the bottle may reach, as a manifest writes it: a policy route whose credential is a host variable. With
 * `remove: true` it is the opposite: the parent's route for that host is taken out.
 */
export const manifestRouteSchema = z.strictObject({
  host,
  remove: z.literal(true, { error: 'must be true: it takes the parent\'s route for this host out. To keep that route, take the entry away.' }).optional().meta({
    description: 'Takes the parent\'s route for this host out; such an entry has no other key than `host`. Removing what no parent has is an error.',
    examples: [true],
  }),
  auth: z.strictObject({
    scheme: authSchemeSchema,
    token_ref: variableName.meta({ description: 'NAME of the host variable that holds the credential. Its value never enters the bottle.', examples: ['GITHUB_TOKEN'] }),
  }).optional().meta({ description: 'A credential that the proxy puts into requests to this host, in place of whatever the agent sent.', examples: [{ scheme: 'Bearer', token_ref: 'GITHUB_TOKEN' }] }),
  matches,
  dlp,
  git,
  role: refusedKey('is reserved and takes no value: take the key out. For a model credential use agent_provider.auth_token.'),
  private_addresses,
  plaintext,
  websocket,
  encoded_slash,
}).superRefine((route, context) => {
  if (route.remove !== true) return;
  for (const key of Object.keys(route)) {
    if (key !== 'host' && key !== 'remove') context.addIssue({ code: 'custom', path: [key], message: 'has no place beside remove: true. To change the parent\'s route, write it anew without remove.' });
  }
});
/** An entry of `egress.routes` as a file writes it, a removal among them. */
export type WrittenRoute = z.infer<typeof manifestRouteSchema>;
/** A route that holds. */
export type ManifestRoute = Omit<WrittenRoute, 'remove'>;

/** `egress` of a bottle. */
export const egressSchema = z.strictObject({
  routes: z.array(manifestRouteSchema).superRefine(uniqueHosts).optional().meta({
    description: 'One entry a host. Those of the parent come first; an entry for the same host replaces the parent\'s in its place, and `remove: true` takes it out.',
    default: [],
    examples: [[{ host: 'registry.npmjs.org', matches: [{ methods: ['GET', 'HEAD'] }] }]],
  }),
  log: logLevelSchema.optional().meta({
    description: 'What is recorded: 0 nothing, 1 blocked requests, 2 every request.',
    default: 2,
    examples: [1],
  }),
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
