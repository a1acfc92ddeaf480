/**
 * Keeps the core out of the bundle that imports it: `import('../core/root.ts')` becomes `./core.js` beside the bundle,
 * loaded on first use.
 */
export const loadCoreFromNeighbour = {
  name: 'load-core-from-neighbour',
  setup(build) {
    build.onResolve({ filter: /\/core\/root\.ts$/ }, (args) =>
      args.kind === 'dynamic-import'
        ? { path: './core.js', external: true }
        : { errors: [{ text: 'core/root.ts is loaded lazily: use import(), or `import type`.' }] },
    );
  },
};
