import { parseHostPattern } from '../../../schemas/policy/hostPattern.ts';
import type { WatchedSecret } from '../../../schemas/protocol/control.ts';
import { BottleError } from '../errors.ts';
import type { BottlesDeps } from './deps.ts';
import type { PlanParts } from './plan.ts';

/** Values that exist only in memory: by slot for the sidecar, by name for the agent's own environment. */
export interface ResolvedCredentials {
  readonly slots: Record<string, string>;
  readonly env: Record<string, string>;
}

/** Reads every credential the plan names. One that is missing or unusable stops the start and is named, never shown. */
export async function resolveCredentials(deps: BottlesDeps, parts: PlanParts): Promise<ResolvedCredentials> {
  const slots: Record<string, string> = {};
  for (const [slot, name] of parts.routes.slots) slots[slot] = await credential(deps, name);
  const env: Record<string, string> = {};
  for (const { name, source } of parts.forwarded) {
    const value = source.kind === 'host' ? await deps.secrets.get(source.variable) : await asked(deps, name, source.prompt);
    if (value === undefined) throw missing(source.kind === 'host' ? source.variable : name);
    env[name] = value;
  }
  return { slots, env };
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

/** One credential by the name of its host variable. Throws `credential-missing`. */
export async function credential(deps: Pick<BottlesDeps, 'secrets'>, name: string): Promise<string> {
  const value = (await deps.secrets.get(name))?.trim();
  if (value === undefined || value === '') throw missing(name);
  // Header values may not hold control characters, and a stray one is a paste that went wrong.
  if (/[^\x21-\x7e]/.test(value)) {
    throw new BottleError('credential-missing', `The credential ${name} holds white space or a character that cannot be sent.`, { hint: `Set ${name} again, without quotes or line ends.` });
  }
  return value;
}

async function asked(deps: BottlesDeps, name: string, prompt: string): Promise<string | undefined> {
  return (await deps.secrets.get(name)) ?? (await deps.ask.secret(name, prompt));
}

function missing(name: string): BottleError {
  return new BottleError('credential-missing', `The credential ${name} is not set.`, {
    hint: `export ${name}=... before starting, or store it with "Bottle: Store Credential".`,
    actions: [{ title: 'Store Credential', command: 'botBottle.storeCredential', args: [name] }],
  });
}
