import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const starters = ['bottles/shell.md', 'agents/shell.md', 'bottles/claude.md', 'agents/claude.md'];

/** Copies the example manifests into a home where it does not have them. Returns what was written. */
export function writeStarterManifests(root, home) {
  const written = [];
  for (const name of starters) {
    const to = join(home, name);
    if (existsSync(to)) continue;
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    cpSync(join(root, 'examples', name), to);
    written.push(to);
  }
  return written;
}
