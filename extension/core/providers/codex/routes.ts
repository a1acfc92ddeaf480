import type { Route } from '../../../../schemas/policy/route.ts';
import { lockedTo } from '../modelCalls.ts';
import type { ModelCall } from '../modelCalls.ts';

/** GET is the WebSocket that Codex asks for first; POST is what it falls back to, and the compaction of long sessions. */
const responses: readonly ModelCall[] = [
  ['GET', '/responses'],
  ['POST', '/responses'],
  ['POST', '/responses/compact'],
  ['GET', '/models'],
];

/** Measured with Codex 0.169.0: with a ChatGPT login nothing starts before this call succeeds. */
const accountCheck: ModelCall = ['GET', '/backend-api/wham/accounts/check'];

/** How Codex is logged in; the same host variable fills the slots of both hosts it talks to. */
export interface CodexLogin {
  readonly kind: 'api-key' | 'chatgpt';
  readonly tokenEnv: string;
}

/**
 * The hosts of Codex, locked to inference. An API key goes to `api.openai.com` alone: Codex would also show it to
 * `chatgpt.com`, which has no use for it.
 */
export function codexRoutes({ kind, tokenEnv }: CodexLogin): Route[] {
  const common = { auth_scheme: 'Bearer', token_env: tokenEnv, websocket: true } as const;
  if (kind === 'api-key') return [{ host: 'api.openai.com', ...common, matches: lockedTo(responses, '/v1') }];
  const calls = [...responses.map(([method, path]): ModelCall => [method, `/backend-api/codex${path}`]), accountCheck];
  return [{ host: 'chatgpt.com', ...common, matches: lockedTo(calls) }];
}
