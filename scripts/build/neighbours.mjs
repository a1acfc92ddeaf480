import { join, resolve } from 'node:path';

const lazyCore = 'extension/core/root.ts';

/**
 * One class in memory, however many bundles throw and catch it: `instanceof BottleError` holds between extension.js or
 * cli.js and the core.js they load.
 */
const sharedErrors = 'extension/core/errors.ts';

/**
 * Keeps two modules out of the bundles that import them: the core, loaded on first use (`import('../core/root.ts')`
 * becomes `./core.js`), and the errors that all of them share.
 */
export function neighbours(root) {
  return {
    name: 'neighbours',
    setup(build) {
      build.onResolve({ filter: /\/(root|errors)\.ts$/ }, (args) => {
        const path = resolve(args.resolveDir, args.path);
        if (args.kind === 'entry-point') return undefined;
        if (path === join(root, sharedErrors)) return { path: './errors.js', external: true };
        if (path !== join(root, lazyCore)) return undefined;
        if (args.kind === 'dynamic-import') return { path: './core.js', external: true };
        return { errors: [{ text: `${lazyCore} is loaded lazily: use import(), or \`import type\`.` }] };
      });
    },
  };
}
