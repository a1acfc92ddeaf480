import * as z from 'zod';
import { egressSchema, type ManifestRoute } from './egress.ts';
import { parseEnvValue, type EnvValue } from './envValue.ts';
import { fenceVariables, isFenceVariable } from './fenceVariables.ts';
import { gitGateSchema, type GitRepo, type GitUser } from './gitGate.ts';
import { refusedKey } from './keys.ts';
import { agentProviderSchema, type AgentProvider } from './provider.ts';
import { resourcesSchema, type Resources } from './resources.ts';
import { workspaceSchema, type Workspace } from './workspace.ts';

/** Name of an agent or bottle: the file name without `.md`. */
export const manifestName = z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be the name of a manifest: small letters, digits and -, starting with a letter.');

const envSchema = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable: letters, digits and _, not starting with a digit.').refine((name) => !isFenceVariable(name), {
    error: `is set by the bottle itself, so a manifest cannot give it. The same holds for: ${fenceVariables.join(', ')}.`,
  }),
  z.string().transform((text, context): EnvValue => {
    const value = parseEnvValue(text);
    if (value.kind !== 'fault') return value;
    context.addIssue({ code: 'custom', message: value.message });
    return z.NEVER;
  }).meta({ description: 'Text the agent gets as it is; `${NAME}` for the value of a host variable, which must be set at the start; `?question` for a value asked for silently at the start, or taken from the host variable of the same NAME where that is set. `$${` and `??` begin text that starts with `${` or `?`.' }),
);

/** One bottle file as written. What is absent may come from its parent; `effectiveBottleWithOrigins` fills in the rest. */
export const bottleSchema = z.strictObject({
  extends: manifestName.optional().meta({
    description: 'Name of another bottle of the home folder. What this file does not say comes from there.',
    examples: ['base'],
  }),
  env: envSchema.optional().meta({
    description: 'Variables of the agent, except those that the bottle sets itself for its fence. Joined with those of the parent, this file wins.',
    default: {},
    examples: [{ EDITOR: 'vim', NPM_TOKEN: '${NPM_TOKEN}', DB_PASSWORD: '?Password of the test database' }],
  }),
  agent_provider: agentProviderSchema.optional().meta({
    description: 'The coding CLI that runs in the bottle. Replaces the whole value of the parent.',
    examples: [{ template: 'shell' }],
  }),
  'git-gate': gitGateSchema.optional().meta({ description: 'Git inside the bottle: who commits, and which remotes the git gate forwards to.' }),
  egress: egressSchema.optional().meta({ description: 'Hosts the bottle may reach. Without a route it reaches none but those of its provider.' }),
  supervise: z.boolean().optional().meta({
    description: 'Whether the agent may ask a person for more, through the supervise server.',
    default: true,
    examples: [false],
  }),
  workspace: workspaceSchema.optional().meta({
    description: 'What of the project the agent gets, and how. Joined with the parent key by key, this file wins.',
    examples: [{ mode: 'copy', secret_files: 'hide' }],
  }),
  resources: resourcesSchema.optional().meta({
    description: 'Upper bounds of the bottle. Joined with the parent key by key, this file wins.',
    examples: [{ cpus: 2, memory: '8GiB', session_time: '8h' }],
  }),
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
  readonly workspace: Workspace;
  readonly resources: Resources;
}
