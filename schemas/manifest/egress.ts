import * as z from 'zod';
import { conflicts, type Conflict } from '../policy/conflicts.ts';
import { authorityKey } from '../policy/host.ts';
import { parseHostPattern } from '../policy/hostPattern.ts';
import { hintOf, inside, type Mistake } from '../policy/issue.ts';
import { authSchemeSchema, routeSchema, type MatchRule, type Route } from '../policy/route.ts';
import { logLevelSchema } from '../policy/routesFile.ts';
import { describeIssue } from './describe.ts';
import { refusedKey, variableName } from './keys.ts';

const { host, matches, deny, git, dlp, private_addresses, plaintext, websocket, encoded_slash, tls_passthrough, budget } = routeSchema.shape;

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
  deny,
  dlp,
  git,
  role: refusedKey('is reserved and takes no value: take the key out. For a model credential use agent_provider.auth_token.'),
  private_addresses,
  plaintext,
  websocket,
  encoded_slash,
  tls_passthrough,
  budget,
}).superRefine((route, context) => {
  if (route.remove === true) {
    const others = Object.keys(route).filter((key) => key !== 'host' && key !== 'remove');
    for (const key of others) context.addIssue({ code: 'custom', path: [key], message: 'has no place beside remove: true. To change the parent\'s route, write it anew without remove.' });
    return;
  }
  // What the proxy would refuse, or what can never match, is told here, where it is written.
  const judged = routeSchema.safeParse(policyRoute(route), { error: describeIssue });
  for (const issue of inside(judged.error?.issues ?? [])) {
    context.addIssue({ code: 'custom', path: issue.path.flatMap<PropertyKey>((part) => manifestNames[String(part)] ?? [part]), message: withHint(issue.message, hintOf(issue)) });
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
  const pattern = parseHostPattern(route.host);
  return pattern.ok ? authorityKey(pattern.value.authority) : route.host;
}

/** The policy route of a manifest route. `token_env` is the host variable still; numbering the slots is the core's. */
export function policyRoute(route: ManifestRoute & Pick<WrittenRoute, 'remove'>): Route {
  const { auth, role: _role, remove: _remove, matches: allowed, deny: denied, ...rest } = route;
  const upper = (rules: readonly MatchRule[]): MatchRule[] => rules.map((rule) => (rule.methods === undefined ? rule : { ...rule, methods: rule.methods.map((name) => name.toUpperCase()) }));
  return {
    ...rest,
    ...(allowed === undefined ? {} : { matches: upper(allowed) }),
    ...(denied === undefined ? {} : { deny: denied === true ? denied : upper(denied) }),
    ...(auth === undefined ? {} : { auth_scheme: auth.scheme, token_env: auth.token_ref }),
  };
}

/**
 * What makes routes of a manifest collide. Without their credentials: one host variable may serve two hosts, each gets a
 * slot of its own.
 */
export function routeConflicts(routes: readonly ManifestRoute[]): Conflict[] {
  return conflicts(routes.map(({ host: name, plaintext: open, deny: denied, tls_passthrough: unread }) => ({ host: name, plaintext: open, deny: denied, tls_passthrough: unread })));
}

function uniqueHosts(routes: readonly WrittenRoute[], context: z.RefinementCtx): void {
  for (const mistake of routeConflicts(routes)) context.addIssue({ code: 'custom', path: [...mistake.path], message: mistakeSentence(mistake) });
}

/** Keys of the policy that a manifest writes otherwise. */
const manifestNames: Readonly<Record<string, readonly string[]>> = { auth_scheme: ['auth', 'scheme'], token_env: ['auth', 'token_ref'] };

/** A mistake and what to do about it, in one. */
export function mistakeSentence({ message, hint }: Pick<Mistake, 'message' | 'hint'>): string {
  return withHint(message, hint);
}

function withHint(message: string, hint: string): string {
  return hint === '' ? message : `${message.replace(/\.$/, '')}. ${hint}`;
}
