import type { AuthScheme, Route } from '../../../../schemas/policy/route.ts';
import { apiBase, lockedTo } from '../modelCalls.ts';
import type { ModelCall } from '../modelCalls.ts';

/**
 * Inference and nothing else, as measured with Claude Code 2.1.329. Its other calls to the host (settings, policy
 * limits, event logging, profile) may fail. Files, batches, admin: the same key opens them, the CLI has no need of them.
 */
const calls: readonly ModelCall[] = [
  ['POST', '/v1/messages'],
  ['POST', '/v1/messages/count_tokens'],
];

const vendor = 'https://api.anthropic.com';

/** What a route needs to know of the bottle. */
export interface ClaudeModel {
  /** `ANTHROPIC_BASE_URL` when the bottle names a gateway. */
  readonly baseUrl: string | undefined;
  /** Host variable with the credential, and how it is sent; null without one. */
  readonly credential: { readonly tokenEnv: string; readonly scheme: AuthScheme } | null;
}

/** The model's host, locked to inference. */
export function claudeRoutes({ baseUrl, credential }: ClaudeModel): Route[] {
  const base = apiBase(baseUrl ?? vendor) ?? apiBase(vendor);
  if (base === undefined) return [];
  const { host, path } = base;
  return [{ host, ...(credential === null ? {} : { auth_scheme: credential.scheme, token_env: credential.tokenEnv }), matches: lockedTo(calls, path) }];
}
