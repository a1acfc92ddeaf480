import type { ManifestPlace } from './place.ts';
import type { KeyPath } from './tree.ts';

/** What a value names, beyond being text. */
export type Meaning = 'bottle' | 'skill' | 'provider' | 'file' | 'variable' | 'environment' | 'host';

/** `*` stands for any one key or index. */
const meanings: readonly (readonly [kind: ManifestPlace['kind'], path: readonly string[], meaning: Meaning])[] = [
  ['agent', ['bottle'], 'bottle'],
  ['agent', ['skills', '*'], 'skill'],
  ['bottle', ['extends'], 'bottle'],
  ['bottle', ['agent_provider', 'template'], 'provider'],
  ['bottle', ['agent_provider', 'dockerfile'], 'file'],
  ['bottle', ['agent_provider', 'auth_token'], 'variable'],
  ['bottle', ['agent_provider', 'settings', 'api_key_env'], 'variable'],
  ['bottle', ['env', '*'], 'environment'],
  ['bottle', ['egress', 'routes', '*', 'host'], 'host'],
  ['bottle', ['egress', 'routes', '*', 'auth', 'token_ref'], 'variable'],
  ['bottle', ['git-gate', 'repos', '*', 'key', 'forge_token_env'], 'variable'],
];

/** What the value at a path names; undefined where it is no name. */
export function meaningAt(kind: ManifestPlace['kind'], path: KeyPath): Meaning | undefined {
  return meanings.find(([of, pattern]) => of === kind && fits(pattern, path))?.[2];
}

function fits(pattern: readonly string[], path: KeyPath): boolean {
  return pattern.length === path.length && pattern.every((part, index) => part === '*' || part === path[index]);
}
