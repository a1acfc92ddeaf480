import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { neighbours } from './neighbours.mjs';
import { unreached } from './unreached.mjs';

/** Options every Node bundle shares. Natives and the editor are never bundled. */
const node = {
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  bundle: true,
  // An extension host may refuse import() in a CommonJS bundle; require() of the neighbour always works.
  supported: { 'dynamic-import': false },
  external: ['vscode', '*.node', 'cpu-features', 'bufferutil', 'utf-8-validate', '@lydell/node-pty'],
};

const browser = {
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  bundle: true,
  loader: { '.ttf': 'file', '.svg': 'file' },
  assetNames: '[name]',
};

const foldersWith = (root, folder, file) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && existsSync(join(root, folder, entry.name, file)))
        .map((entry) => entry.name)
        .sort()
    : [];

/**
 * Every bundle of the product: its name (also of its metafile), its entry, and how it is built.
 * A bundle of a fixed list whose entry does not exist is left out by the caller with a note.
 */
export function bundles(root) {
  const product = { ...node, plugins: [neighbours(root), unreached] };
  const fixed = [
    { name: 'extension', entry: 'extension/vscode/extension.ts', out: 'extension.js', options: product },
    { name: 'core', entry: 'extension/core/root.ts', out: 'core.js', options: product },
    { name: 'errors', entry: 'extension/core/errors.ts', out: 'errors.js', options: node },
    {
      name: 'cli',
      entry: 'extension/cli/main.ts',
      out: 'cli.js',
      executable: true,
      options: { ...product, banner: { js: '#!/usr/bin/env node' } },
    },
    { name: 'keeper', entry: 'extension/core/backends/bubblewrap/keeper/main.ts', out: 'keeper.js', options: node },
  ];
  const sidecars = foldersWith(root, 'sidecars', 'main.ts').map((folder) => ({
    name: `sidecar-${folder}`,
    entry: `sidecars/${folder}/main.ts`,
    out: `sidecars/${folder}.js`,
    options: node,
  }));
  const webviews = foldersWith(root, 'webviews', 'main.ts').map((surface) => ({
    name: `webview-${surface}`,
    entry: `webviews/${surface}/main.ts`,
    out: `webviews/${surface}/index.js`,
    options: browser,
  }));
  return [...fixed, ...sidecars, ...webviews];
}
