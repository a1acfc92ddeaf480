import type { PiSettings } from '../../../../schemas/manifest/provider.ts';
import type { Route } from '../../../../schemas/policy/route.ts';
import { apiBase, lockedTo } from '../modelCalls.ts';
import type { ModelCall } from '../modelCalls.ts';

/** The one call of each API that Pi speaks, by its `api` setting. */
const callsOf: Readonly<Record<string, readonly ModelCall[]>> = {
  'openai-completions': [['POST', '/chat/completions']],
  'openai-responses': [['POST', '/responses']],
  'anthropic-messages': [['POST', '/v1/messages']],
};

/** Settings that decide where Pi's model is. */
export type PiModel = Pick<PiSettings, 'base_url' | 'api' | 'api_key_env'>;

/**
 * The host of `base_url`, locked to the model's calls. A server without TLS is taken for a local one, so its private
 * address is permitted; a credential never goes to it. An API we have no table for gets no route: the person writes one.
 */
export function piRoutes({ base_url, api, api_key_env }: PiModel): Route[] {
  const base = apiBase(base_url);
  const calls = callsOf[api];
  if (base === undefined || calls === undefined) return [];
  const { host, path, plaintext } = base;
  return [
    {
      host,
      ...(plaintext ? { plaintext, private_addresses: true } : {}),
      ...(api_key_env === undefined || plaintext ? {} : { auth_scheme: 'Bearer' as const, token_env: api_key_env }),
      matches: lockedTo(calls, path),
    },
  ];
}
