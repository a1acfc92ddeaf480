import type { Bottle } from '../../../schemas/manifest/bottle.ts';
import type { Origin } from '../../../schemas/manifest/extends.ts';
import { keyPath } from '../../../schemas/manifest/position.ts';
import { parseHostPattern } from '../../../schemas/policy/hostPattern.ts';
import type { WatchedSecret } from '../../../schemas/protocol/control.ts';
import { BottleError, type BottleErrorAction } from '../errors.ts';
import type { BottlesDeps } from './deps.ts';
import type { ForwardedValue, PlanParts } from './plan.ts';

/** Values that exist only in memory: by slot for the sidecar, by name for the agent's own environment. */
export interface ResolvedCredentials {
  readonly slots: Record<string, string>;
  readonly env: Record<string, string>;
}

/** Reads every credential the plan names. One that is missing or unusable stops the start and is named, never shown. */
export async function resolveCredentials(deps: BottlesDeps, parts: PlanParts): Promise<ResolvedCredentials> {
  const slots: Record<string, string> = {};
  for (const [slot, name] of parts.routes.slots) slots[slot] = await credential(deps, name, parts.mentions);
  const env: Record<string, string> = {};
  for (const value of parts.forwarded) env[value.name] = await valueOf(deps, value);
  return { slots, env };
}

/** Throws `credential-missing` for a host variable that the agent is to get and that is not set. Asks nobody. */
export async function requireHostValues(deps: Pick<BottlesDeps, 'secrets'>, forwarded: readonly ForwardedValue[]): Promise<void> {
  for (const { source, where } of forwarded) if (source.kind === 'host') await hostValue(deps, source.variable, where);
}

/** Where the bottle names each credential: by host variable, the place and key that a sentence about it begins with. */
export function credentialMentions({ agentProvider, egress }: Pick<Bottle, 'agentProvider' | 'egress'>, origins: ReadonlyMap<string, Origin>): ReadonlyMap<string, string> {
  const mentions = new Map<string, string>();
  if (agentProvider.authToken !== null) mentions.set(agentProvider.authToken, mention(origins, 'agent_provider.auth_token'));
  for (const [index, { auth }] of egress.routes.entries()) {
    if (auth !== undefined && !mentions.has(auth.token_ref)) mentions.set(auth.token_ref, mention(origins, `egress.routes[${index}]`, '.auth.token_ref'));
  }
  return mentions;
}

/** The place of a key as compilers print it, and the key as its file has it, with what is `below` the known place. */
export function mention(origins: ReadonlyMap<string, Origin>, key: string, below = ''): string {
  const origin = origins.get(key);
  return origin === undefined ? '' : `${origin.file}:${origin.line}:${origin.column}: ${keyPath(origin.path)}${below}: `;
}

/**
 * What the proxy looks for besides the credentials: the agent's own secret variables, which go to its model and nowhere
 * else, and the stand-ins for credentials, which go nowhere but where they are swapped.
 */
export function watchedSecrets(provision: PlanParts['provision'], env: ResolvedCredentials['env']): WatchedSecret[] {
  const home = modelHosts(provision);
  return [
    ...Object.entries(env).flatMap(([name, value]) => (value === '' ? [] : [{ kind: 'environment' as const, name, value, home }])),
    ...provision.hiddenEnv.flatMap((name) => {
      const value = provision.env[name];
      return value === undefined || value === '' ? [] : [{ kind: 'placeholder' as const, name, value, home }];
    }),
  ];
}

/** Canonical hosts of the agent's own model. */
export function modelHosts(provision: Pick<PlanParts['provision'], 'routes'>): string[] {
  return provision.routes.flatMap(({ host }) => {
    const pattern = parseHostPattern(host);
    return pattern.ok ? [pattern.value.authority.host] : [];
  });
}

/** One credential by the name of its host variable. Throws `credential-missing`, with the place that `mentions` it. */
export async function credential(deps: Pick<BottlesDeps, 'secrets'>, name: string, mentions: ReadonlyMap<string, string>): Promise<string> {
  const value = (await deps.secrets.get(name))?.trim();
  const where = mentions.get(name) ?? '';
  if (value === undefined || value === '') throw missing(`${where}The credential ${name} is not set.`, name);
  // Header values may not hold control characters, and a stray one is a paste that went wrong.
  if (/[^\x21-\x7e]/.test(value)) {
    throw new BottleError('credential-missing', `${where}The credential ${name} holds white space or a character that cannot be sent.`, { hint: `Set ${name} again, without quotes or line ends.` });
  }
  return value;
}

async function valueOf(deps: Pick<BottlesDeps, 'secrets' | 'ask'>, { name, source, where }: ForwardedValue): Promise<string> {
  if (source.kind === 'host') return hostValue(deps, source.variable, where);
  // Without a terminal nobody can be asked; whoever set a variable of this name has answered beforehand.
  const value = (await deps.secrets.get(name)) ?? (await deps.ask.secret(name, source.prompt));
  if (value === undefined) {
    throw new BottleError('credential-missing', `${where}${name} is asked for at the start (${JSON.stringify(source.prompt)}), and nobody answered.`, {
      hint: `Start it on a terminal, or answer beforehand: export ${name}=... before starting, or store it with "Bottle: Store Credential".`,
      actions: storing(name),
    });
  }
  return value;
}

async function hostValue(deps: Pick<BottlesDeps, 'secrets'>, variable: string, where: string): Promise<string> {
  const value = await deps.secrets.get(variable);
  if (value === undefined) throw missing(`${where}The host variable ${variable} is not set.`, variable);
  return value;
}

function missing(message: string, name: string): BottleError {
  return new BottleError('credential-missing', message, { hint: `export ${name}=... before starting, or store it with "Bottle: Store Credential".`, actions: storing(name) });
}

function storing(name: string): readonly BottleErrorAction[] {
  return [{ title: 'Store Credential', command: 'botBottle.storeCredential', args: [name] }];
}
