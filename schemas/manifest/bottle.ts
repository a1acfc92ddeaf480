import * as z from 'zod';
import { egressSchema, type ManifestRoute } from './egress.ts';
import { parseEnvValue, type EnvValue } from './envValue.ts';
import { gitGateSchema, type GitRepo, type GitUser } from './gitGate.ts';
import { refusedKey } from './keys.ts';
import { agentProviderSchema, type AgentProvider } from './provider.ts';

/** Name of an agent or bottle: the file name without `.md`. */
export const manifestName = z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be the name of a manifest: small letters, digits and -, starting with a letter.');

const envSchema = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable: letters, digits and _, not starting with a digit.'),
  z.string().transform((text, context): EnvValue => {
    const value = parseEnvValue(text);
    if (value.kind !== 'fault') return value;
    context.addIssue({ code: 'custom', message: value.message });
    return z.NEVER;
  }),
);

/** One bottle file as written. What is absent may come from its parent; `effectiveBottle` fills in the rest. */
export const bottleSchema = z.strictObject({
  extends: manifestName.optional(),
  env: envSchema.optional(),
  agent_provider: agentProviderSchema.optional(),
  'git-gate': gitGateSchema.optional(),
  egress: egressSchema.optional(),
  supervise: z.boolean().optional(),
  runtime: refusedKey('was removed: the host picks the backend (--backend or BOT_BOTTLE_BACKEND).'),
});
export type WrittenBottle = z.infer<typeof bottleSchema>;

/** What a bottle is after its parents and all defaults: the policy that the agent in it cannot change. */
export interface Bottle {
  readonly env: ReadonlyMap<string, EnvValue>;
  readonly agentProvider: AgentProvider;
  readonly gitGate: { readonly user: GitUser; readonly repos: ReadonlyMap<string, GitRepo> };
  /** `log`: 0 nothing, 1 blocked requests, 2 every request. */
  readonly egress: { readonly routes: readonly ManifestRoute[]; readonly log: 0 | 1 | 2 };
  readonly supervise: boolean;
}
