import { createHash } from 'node:crypto';
import type { Bottle } from '../../../schemas/manifest/bottle.ts';
import { policyRoute } from '../../../schemas/manifest/egress.ts';
import type { GitRepo } from '../../../schemas/manifest/gitGate.ts';
import type { Resources } from '../../../schemas/manifest/resources.ts';
import type { Workspace } from '../../../schemas/manifest/workspace.ts';
import { budgetWords } from '../../../schemas/policy/budget.ts';
import type { MatchRule, Route } from '../../../schemas/policy/route.ts';

/** Plain data with one spelling: keys sorted, nothing undefined. */
type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/**
 * Everything of a bottle that an agent in it could use: routes, credentials by name, variables by name, git remotes,
 * provider, and every other key, so that a key this code does not know counts too. No value of a variable and no key
 * material is in it. The log level and the author of commits are left out: they give nothing.
 */
export function reachOf(bottle: Bottle): Plain {
  const { env, egress, gitGate, agentProvider, ...others } = bottle;
  const settings = agentProvider.settings === null ? null : { ...agentProvider.settings, api_key: agentProvider.settings.api_key === undefined ? undefined : 'given' };
  return plain({
    ...others,
    provider: { ...agentProvider, settings },
    routes: [...egress.routes].map(policyRoute).sort((a, b) => (a.host < b.host ? -1 : 1)),
    env: new Map([...env].map(([name, value]) => [name, value.kind === 'host' ? `host ${value.variable}` : value.kind])),
    git: gitGate.repos,
  });
}

/** SHA-256 of the canonical form, hex: two bottles with one hash let an agent do the same. */
export function reachSha256(bottle: Bottle): string {
  return createHash('sha256').update(JSON.stringify(reachOf(bottle))).digest('hex');
}

/**
 * What an agent in the bottle could do, one line each, for a person. Names of credentials and variables, never values.
 * `supervise` is read and has no effect yet, so nothing is said of it.
 */
export function reachLines(bottle: Bottle): readonly string[] {
  const { agentProvider: provider } = bottle;
  const names = (kind: 'host' | 'prompt' | 'literal'): string => [...bottle.env].filter(([, value]) => value.kind === kind).map(([name]) => name).sort().join(', ');
  const { workspace, resources, ...rest } = bottle;
  const others: Record<string, unknown> = { ...rest, env: undefined, egress: undefined, gitGate: undefined, agentProvider: undefined, supervise: undefined };
  return [
    `run ${provider.template}${provider.dockerfile === null ? '' : ` from ${provider.dockerfile}`}`,
    ...(provider.authToken === null ? [] : [`use its model with the credential ${provider.authToken}`]),
    ...(provider.forwardHostCredentials ? ['use its model with the login of this machine'] : []),
    ...(provider.settings === null ? [] : [`use the model server ${provider.settings.base_url}`]),
    ...(bottle.egress.routes.length === 0 ? ['reach no host of its own'] : bottle.egress.routes.map(policyRoute).map(routeLine)),
    ...[...bottle.gitGate.repos].map(([name, repo]) => repoLine(name, repo)),
    ...worded('read the value of', names('host')),
    ...worded('read what you type for', names('prompt')),
    ...worded('read the fixed value of', names('literal')),
    ...workspaceLines(workspace),
    ...resourceLines(resources),
    ...Object.entries(others).filter(([, value]) => value !== undefined && value !== null).map(([key, value]) => `have ${key} ${JSON.stringify(plain(value))}`),
  ];
}

/** The lines as one sentence about the agent. */
export function reachSentence(bottle: string, lines: readonly string[]): string {
  return `In the bottle "${bottle}" it could ${lines.join('; ')}.`;
}

function routeLine(route: Route): string {
  if (route.deny === true) return `reach nothing at ${route.host}`;
  const methods = [...new Set(route.matches?.flatMap((rule) => rule.methods ?? ['any method']) ?? [])];
  const paths = [...new Set(route.matches?.flatMap((rule) => rule.paths?.map((path) => path.value) ?? ['any path']) ?? [])];
  const queries = [...new Set(route.matches?.flatMap((rule) => rule.query?.map(({ name }) => name) ?? ['any query']) ?? ['any query'])];
  const limits = [
    ...(methods.length === 0 || methods.includes('any method') ? [] : [methods.join(', ')]),
    ...(paths.length === 0 || paths.includes('any path') ? [] : [paths.join(', ')]),
    ...(queries.includes('any query') ? [] : [queries.length === 0 ? 'no query' : `no query but ${queries.join(', ')}`]),
    ...(route.deny?.map((entry) => `never ${deniedWords(entry)}`) ?? []),
    ...(route.git?.fetch === true ? ['git fetch'] : []),
    ...(route.private_addresses === true ? ['private addresses too'] : []),
    ...(route.plaintext === true ? ['unencrypted too'] : []),
    ...(route.tls_passthrough === true ? ['unread: nothing inside is scanned, and no rule holds there'] : []),
    ...(route.budget === undefined ? [] : [`at most ${budgetWords(route.budget)}`]),
  ];
  const credential = route.token_env === undefined ? '' : ` with the credential ${route.token_env}`;
  return `reach ${route.host}${credential}${limits.length === 0 ? '' : ` (${limits.join('; ')})`}`;
}

/** Methods, paths, headers and parameters, in the order of a request. */
function deniedWords({ methods, paths, headers, query }: MatchRule): string {
  const parts = [methods?.join(' or '), paths?.map(({ value }) => value).join(' or '), headers && `with ${headers.map(({ name }) => name).join(' and ')}`, query && `with ?${query.map(({ name }) => name).join(' or ?')}`];
  return parts.filter((part) => part !== undefined).join(' ');
}

function repoLine(name: string, { url, key }: GitRepo): string {
  return `fetch and push ${name} at ${url} with ${key.provider === 'static' ? `the key ${key.path}` : `a key made with ${key.forge_token_env}`}`;
}

function workspaceLines({ include, exclude, gitIgnored, secretFiles }: Workspace): string[] {
  return [
    ...(include === null ? [] : [`see only ${include.join(', ')} of the workspace`]),
    ...(exclude.length === 0 ? [] : [`see nothing of ${exclude.join(', ')}`]),
    ...(gitIgnored === 'hide' ? ['see nothing that git ignores'] : []),
    ...(secretFiles === 'show' ? ['read files that look like secrets'] : []),
  ];
}

function resourceLines({ cpus, memoryBytes, diskBytes, sessionMs }: Resources): string[] {
  const given = [
    ...(cpus === null ? [] : [`${cpus} processors`]),
    ...(memoryBytes === null ? [] : [`${Math.round(memoryBytes / 1024 ** 2)} MiB of memory`]),
    ...(diskBytes === null ? [] : [`${Math.round(diskBytes / 1024 ** 2)} MiB of disk`]),
    ...(sessionMs === null ? [] : [`${Math.round(sessionMs / 60_000)} minutes`]),
  ];
  return given.length === 0 ? [] : [`use at most ${given.join(', ')}`];
}

function worded(words: string, names: string): string[] {
  return names === '' ? [] : [`${words} ${names}`];
}

function plain(value: unknown): Plain {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return null;
  const entries: [string, unknown][] = value instanceof Map ? [...value].map(([key, one]) => [String(key), one]) : Object.entries(value);
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, plain(one)]));
}
