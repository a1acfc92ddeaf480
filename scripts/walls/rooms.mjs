import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const foldersIn = (root, folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    : [];

/** Sidecars that run another one in their own process. `runtime` is what all of them share. */
const sidecarsTogether = { init: ['bridge', 'names'] };

/**
 * Who may import whom: each room and the only folders of ours, besides itself, that its files may import. The lint
 * zones and the bundle tests are both made from this table.
 */
export function rooms(root) {
  const ours = ['schemas', 'extension/core', 'extension/vscode', 'extension/cli', 'sidecars', 'webviews'];
  const fixed = [
    { room: 'schemas', may: [] },
    { room: 'extension/core', may: ['schemas'] },
    { room: 'extension/vscode', may: ['schemas', 'extension/core'] },
    { room: 'extension/cli', may: ['schemas', 'extension/core'] },
  ];
  const sidecars = foldersIn(root, 'sidecars').map((name) => ({
    room: `sidecars/${name}`,
    may: ['schemas', 'sidecars/runtime', ...(sidecarsTogether[name] ?? []).map((other) => `sidecars/${other}`)],
  }));
  const webviews = foldersIn(root, 'webviews').map((name) => ({
    room: `webviews/${name}`,
    may: ['schemas/protocol', 'schemas/policy', 'webviews/ui'],
  }));
  return { ours, rooms: [...fixed, ...sidecars, ...webviews] };
}
