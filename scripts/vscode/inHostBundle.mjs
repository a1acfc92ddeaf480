import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles the suites of test/inhost; the extension host looks for them inside the extension under development only. Returns the file. */
export async function buildInHostSuites(root) {
  const outfile = join(root, 'dist-test/inhost.js');
  await build({ entryPoints: [join(root, 'test/inhost/main.ts')], outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'], logLevel: 'error' });
  return outfile;
}
