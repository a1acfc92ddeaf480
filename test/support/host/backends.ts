import { spawnSync } from 'node:child_process';

/** Why this machine cannot run bottles with a backend; undefined when it can. */
export function whyNot(backend: 'bubblewrap' | 'docker'): string | undefined {
  if (backend === 'bubblewrap') return spawnSync('bwrap', ['--version']).status === 0 ? undefined : 'bubblewrap is not installed';
  return spawnSync('docker', ['version']).status === 0 ? undefined : 'no Docker engine answers';
}
