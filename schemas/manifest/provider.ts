import * as z from 'zod';
import { filled, httpUrl, variableName } from './keys.ts';

const positive = z.int().min(1);

/** What Pi is told about its model server. Checked whole, used once the provider ships. */
const piSettingsSchema = z.strictObject({
  provider: filled.default('ollama').meta({ description: 'Name pi gives the server.', examples: ['ollama'] }),
  base_url: httpUrl.default('http://ollama:11434/v1').meta({ description: 'Absolute address of the model server.', examples: ['http://127.0.0.1:11434/v1'] }),
  api: filled.default('openai-completions').meta({ description: 'Protocol of the model server.', examples: ['openai-completions'] }),
  api_key: filled.optional().meta({ description: 'Key as text, readable by the agent; `ollama` when the provider is ollama. Excludes `api_key_env`.', examples: ['ollama'] }),
  api_key_env: variableName.optional().meta({ description: 'NAME of the host variable with the key. Excludes `api_key`.', examples: ['MODEL_KEY'] }),
  models: z.array(filled).min(1).default(['qwen2.5-coder:7b']).meta({ description: 'Models to offer, the first is chosen.', examples: [['qwen2.5-coder:7b']] }),
  context_window: positive.default(4096).meta({ description: 'Tokens the model can hold.', examples: [32768] }),
  max_tokens: positive.default(1024).meta({ description: 'Tokens of one answer, at most `context_window`.', examples: [8192] }),
  max_tokens_field: z.enum(['max_tokens', 'max_completion_tokens']).default('max_tokens').meta({ description: 'Name under which the server wants `max_tokens`.', examples: ['max_completion_tokens'] }),
  supports_developer_role: z.boolean().default(false).meta({ description: 'Whether the server knows the role `developer`.', examples: [true] }),
  supports_reasoning_effort: z.boolean().default(false).meta({ description: 'Whether the server knows `reasoning_effort`.', examples: [true] }),
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
  template: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be a provider name: small letters, digits and -.').default('claude').meta({ description: 'Which coding CLI: `claude`, `codex`, `pi`, `shell` for none, or a provider of your own.', examples: ['claude', 'codex', 'pi', 'shell'] }),
  dockerfile: filled.optional().meta({ description: 'Image recipe in place of the provider\'s own: an absolute path, or one that starts with `~/`.', examples: ['~/.bot-bottle/images/go.Dockerfile'] }),
  auth_token: variableName.optional().meta({ description: 'NAME of the host variable with the model credential. The agent gets a placeholder.', examples: ['ANTHROPIC_TOKEN'] }),
  forward_host_credentials: z.boolean().default(false).meta({ description: 'Uses the login of this machine\'s codex; only with `template: codex`.', examples: [true] }),
  settings: piSettingsSchema.optional().meta({ description: 'Model server of pi; only with `template: pi`.', examples: [{ models: ['qwen2.5-coder:7b'] }] }),
}).superRefine((provider, context) => {
  for (const key of ['forward_host_credentials', 'settings'] as const) {
    if (provider[key] !== undefined && provider[key] !== false && provider.template !== templateOf[key]) {
      context.addIssue({ code: 'custom', path: [key], message: `works only with template: ${templateOf[key]}, found ${provider.template}.` });
    }
  }
});

/** `agent_provider` of one file, with its defaults. */
export type WrittenAgentProvider = z.infer<typeof agentProviderSchema>;

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
export function agentProvider(written: WrittenAgentProvider | undefined): AgentProvider {
  return {
    template: written?.template ?? 'claude',
    dockerfile: written?.dockerfile ?? null,
    authToken: written?.auth_token ?? null,
    forwardHostCredentials: written?.forward_host_credentials ?? false,
    settings: written?.settings ?? null,
  };
}
