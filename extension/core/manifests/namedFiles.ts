import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { Bottle } from '../../../schemas/manifest/bottle.ts';
import type { Origin } from '../../../schemas/manifest/extends.ts';
import type { ManifestProblem } from '../../../schemas/manifest/position.ts';
import { invalidManifest } from './problems.ts';

/**
 * A path of a manifest on this machine. `~/` is the user's home folder; a relative path starts at the folder of the
 * manifest that says it, never at the workspace: else a cloned repository could put its own file there.
 */
export function namedPath(written: string, manifest: string, userHome: string): string {
  if (written === '~' || written.startsWith('~/')) return join(userHome, written.slice(1));
  return isAbsolute(written) ? written : join(dirname(manifest), written);
}

interface NamedFile {
  /** Key path in the bottle. */
  readonly key: string;
  readonly written: string;
  readonly what: string;
}

/** Throws `manifest-invalid` when a Dockerfile or a private key that a bottle names is no file; all at once. */
export async function requireNamedFiles(bottle: Bottle, origins: ReadonlyMap<string, Origin>, userHome: string): Promise<void> {
  const problems: ManifestProblem[] = [];
  for (const { key, written, what } of filesNamed(bottle)) {
    const { file = '', line = 1, column = 1 } = origins.get(key) ?? {};
    const path = namedPath(written, file, userHome);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) problems.push({ file, line, column, key, message: `names ${what} ${path}, which is ${found === undefined ? 'not there' : 'not a file'}.` });
  }
  if (problems.length > 0) throw invalidManifest(problems);
}

function filesNamed({ agentProvider, gitGate }: Bottle): readonly NamedFile[] {
  const dockerfile = agentProvider.dockerfile === null ? [] : [{ key: 'agent_provider.dockerfile', written: agentProvider.dockerfile, what: 'the Dockerfile' }];
  const keys = [...gitGate.repos].flatMap(([name, { key }]) => (key.provider === 'static' ? [{ key: `git-gate.repos.${name}.key`, written: key.path, what: 'the private key' }] : []));
  return [...dockerfile, ...keys];
}
