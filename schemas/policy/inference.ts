import type { Authority } from './host.ts';
import { lenientHeaderName } from './lenient.ts';
import type { HeaderList } from './policy.ts';
import type { Route } from './route.ts';

/**
 * Vendors of models, and the headers in which each takes a credential. Their services also store files and run code for
 * whoever holds a key, so a request with a key that somebody slipped to the agent would carry the workspace away.
 */
const credentialHeaders: Readonly<Record<string, readonly string[]>> = {
  'api.anthropic.com': ['authorization', 'x-api-key', 'cookie'],
  'api.openai.com': ['authorization', 'api-key', 'cookie'],
  'us.api.openai.com': ['authorization', 'api-key', 'cookie'],
  'eu.api.openai.com': ['authorization', 'api-key', 'cookie'],
  'chatgpt.com': ['authorization', 'cookie'],
  'generativelanguage.googleapis.com': ['authorization', 'x-goog-api-key', 'cookie'],
};

/** Whether a host is one of theirs. */
export function isModelVendor(host: string): boolean {
  return Object.hasOwn(credentialHeaders, host);
}

/**
 * The header in which a request to a model's vendor brings a credential of its own; undefined when there is none or the
 * route replaces it by ours.
 */
export function foreignCredential(authority: Authority, route: Route, headers: HeaderList): string | undefined {
  if (route.token_env !== undefined) return undefined;
  const names = credentialHeaders[authority.host] ?? [];
  return headers.map(([name]) => name.toLowerCase()).find((name) => names.includes(lenientHeaderName(name)));
}
