import * as z from 'zod';
import { filled, httpUrl, variableName } from './keys.ts';

const positive = z.int().min(1);

/** What Pi is told about its model server. Checked whole, used once the provider ships. */
const piSettingsSchema = z.strictObject({
  provider: filled.default('ollama'),
  base_url: httpUrl.default('http://ollama:11434/v1'),
  api: filled.default('openai-completions'),
  api_key: filled.optional(),
  api_key_env: variableName.optional(),
  models: z.array(filled).min(1).default(['qwen2.5-coder:7b']),
  context_window: positive.default(4096),
  max_tokens: positive.default(1024),
  max_tokens_field: z.enum(['max_tokens', 'max_completion_tokens']).default('max_tokens'),
  supports_developer_role: z.boolean().default(false),
  supports_reasoning_effort: z.boolean().default(false),
})
  .refine((pi) => pi.api_key === undefined || pi.api_key_env === undefined, {
    path: ['api_key_env'],
    error: 'and api_key exclude each other: keep one of the two.',
  })
  .refine((pi) => pi.max_tokens <= pi.context_window, { path: ['max_tokens'], error: 'must not be larger than context_window.' });
export type PiSettings = z.infer<typeof piSettingsSchema>;

/** Keys that only one template takes. */
const templateOf = { forward_host_credentials: 'codex', settings: 'pi' } as const;

/** `agent_provider` of a bottle: which coding CLI runs, and what it may know. */
export const agentProviderSchema = z.strictObject({
  template: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be a provider name: small letters, digits and -.').default('claude'),
  dockerfile: filled.nullable().default(null),
  auth_token: variableName.nullable().default(null),
  forward_host_credentials: z.boolean().default(false),
  settings: piSettingsSchema.nullable().default(null),
}).superRefine((provider, context) => {
  for (const key of ['forward_host_credentials', 'settings'] as const) {
    if (provider[key] !== null && provider[key] !== false && provider.template !== templateOf[key]) {
      context.addIssue({ code: 'custom', path: [key], message: `works only with template: ${templateOf[key]}, found ${provider.template}.` });
    }
  }
});

/** Which coding CLI a bottle runs. */
export interface AgentProvider {
  /** Name of a provider: `claude`, `shell`, ... */
  readonly template: string;
  /** Image recipe, as written; null for the provider's own. */
  readonly dockerfile: string | null;
  /** Host variable that holds the model credential; its value never enters the bottle. */
  readonly authToken: string | null;
  readonly forwardHostCredentials: boolean;
  readonly settings: PiSettings | null;
}

/** The provider with every default filled in; `undefined` is a bottle that says nothing about it. */
export function agentProvider(written: z.infer<typeof agentProviderSchema> | undefined): AgentProvider {
  return {
    template: written?.template ?? 'claude',
    dockerfile: written?.dockerfile ?? null,
    authToken: written?.auth_token ?? null,
    forwardHostCredentials: written?.forward_host_credentials ?? false,
    settings: written?.settings ?? null,
  };
}
