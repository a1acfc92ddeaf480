import { describe, expect, test } from 'vitest';
import { decide } from '../../../schemas/policy/decide.ts';
import { compilePolicy } from '../../../schemas/policy/policy.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import { routesFileSchema } from '../../../schemas/policy/routesFile.ts';
import { parseUrl } from '../../../schemas/policy/url.ts';
import { claudeRoutes } from './claude/routes.ts';
import { codexRoutes } from './codex/routes.ts';
import { piRoutes } from './pi/routes.ts';

const claude = (more: Partial<Parameters<typeof claudeRoutes>[0]> = {}): Route[] => claudeRoutes({ baseUrl: undefined, credential: { tokenEnv: 'T', scheme: 'Bearer' }, ...more });
const pi = (more: Partial<Parameters<typeof piRoutes>[0]> = {}): Route[] => piRoutes({ base_url: 'https://models.example/api/v1/', api: 'openai-completions', api_key_env: 'T', ...more });

function verdict(routes: Route[], method: string, text: string, headers: readonly (readonly [string, string])[] = []) {
  const url = parseUrl(text);
  if (!url.ok) throw new Error(url.reason);
  return decide(compilePolicy(routesFileSchema.parse({ log: 2, routes })), { ...url.value, method, headers });
}

describe('the inference lock', () => {
  test.each([
    ['claude', claude(), 'POST', 'https://api.anthropic.com/v1/messages?beta=true'],
    ['claude', claude(), 'POST', 'https://api.anthropic.com/v1/messages/count_tokens?beta=true'],
    ['claude at a gateway', claude({ baseUrl: 'https://gate.example:8443/anthropic/' }), 'POST', 'https://gate.example:8443/anthropic/v1/messages'],
    ['codex with a key', codexRoutes({ kind: 'api-key', tokenEnv: 'T' }), 'POST', 'https://api.openai.com/v1/responses'],
    ['codex over WebSocket', codexRoutes({ kind: 'api-key', tokenEnv: 'T' }), 'GET', 'https://api.openai.com/v1/responses'],
    ['codex with a login', codexRoutes({ kind: 'chatgpt', tokenEnv: 'T' }), 'POST', 'https://chatgpt.com/backend-api/codex/responses'],
    ['codex checking its account', codexRoutes({ kind: 'chatgpt', tokenEnv: 'T' }), 'GET', 'https://chatgpt.com/backend-api/wham/accounts/check'],
    ['pi', pi(), 'POST', 'https://models.example/api/v1/chat/completions'],
    ['pi with the messages API', pi({ base_url: 'https://models.example', api: 'anthropic-messages' }), 'POST', 'https://models.example/v1/messages'],
    ['pi with a local model', pi({ base_url: 'http://ollama:11434/v1' }), 'POST', 'http://ollama:11434/v1/chat/completions'],
  ])('lets %s think', (_name, routes, method, url) => {
    expect(verdict(routes, method, url)).toMatchObject({ verdict: 'allow' });
  });

  test.each([
    ['claude', claude(), 'POST', 'https://api.anthropic.com/v1/files'],
    ['claude', claude(), 'POST', 'https://api.anthropic.com/v1/messages/batches'],
    ['claude', claude(), 'GET', 'https://api.anthropic.com/v1/organizations/users'],
    ['claude', claude(), 'POST', 'https://api.anthropic.com/v1/messages%2Fbatches'],
    ['claude', claude(), 'POST', 'https://api.anthropic.com/api/event_logging/v2/batch'],
    ['claude at a gateway', claude({ baseUrl: 'https://gate.example/anthropic' }), 'POST', 'https://gate.example/v1/messages'],
    ['codex', codexRoutes({ kind: 'api-key', tokenEnv: 'T' }), 'POST', 'https://api.openai.com/v1/files'],
    ['codex', codexRoutes({ kind: 'api-key', tokenEnv: 'T' }), 'GET', 'https://api.openai.com/v1/responses/resp_1'],
    ['codex showing its key elsewhere', codexRoutes({ kind: 'api-key', tokenEnv: 'T' }), 'GET', 'https://chatgpt.com/backend-api/codex/models'],
    ['codex', codexRoutes({ kind: 'chatgpt', tokenEnv: 'T' }), 'GET', 'https://chatgpt.com/backend-api/conversations'],
    ['pi', pi(), 'GET', 'https://models.example/api/v1/chat/completions'],
    ['pi', pi(), 'POST', 'https://models.example/api/v1/files'],
  ])('keeps %s from the rest', (_name, routes, method, url) => {
    expect(verdict(routes, method, url)).toMatchObject({ verdict: 'block' });
  });

  test('sends no credential without TLS, and makes no route for an API it has no table for', () => {
    expect(pi({ base_url: 'http://ollama:11434/v1' })).toEqual([{ host: 'ollama:11434', plaintext: true, private_addresses: true, matches: expect.any(Array) }]);
    expect(pi({ api: 'unheard-of' })).toEqual([]);
    expect(pi({ base_url: 'ftp://x' })).toEqual([]);
  });
});

describe('a credential that is not ours', () => {
  const own = claude({ credential: null });
  test.each(['x-api-key', 'X-API-Key', 'Authorization', 'Cookie'])('in %s is blocked at a vendor of models', (name) => {
    expect(verdict(own, 'POST', 'https://api.anthropic.com/v1/messages', [[name, 'slipped-to-the-agent']])).toMatchObject({ verdict: 'block', clause: 'inference' });
    expect(verdict([{ host: 'api.anthropic.com' }], 'POST', 'https://api.anthropic.com/v1/files', [[name, 'x']])).toMatchObject({ verdict: 'block', clause: 'inference' });
  });

  test('is no reason to block where ours replaces it, or elsewhere', () => {
    expect(verdict(claude(), 'POST', 'https://api.anthropic.com/v1/messages', [['x-api-key', 'placeholder']])).toMatchObject({ verdict: 'allow' });
    expect(verdict([{ host: 'a.example' }], 'POST', 'https://a.example/', [['x-api-key', 'x']])).toMatchObject({ verdict: 'allow' });
  });
});
