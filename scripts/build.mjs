// Builds every bundle into dist/. `--watch` stays and rebuilds, `--only NAME,NAME` builds some, `--target linux-arm64`
// chooses whose prebuilt pty is copied (from `--pty`, a node_modules folder), `--minify` is for the shipped package,
// `--dist` and `--meta` say where bundles and esbuild's metafiles go.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { copyCodicons, copyPty } from './build/copies.mjs';
import { bundles } from './build/entries.mjs';
import { writeSchemas } from './build/schemas.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    watch: { type: 'boolean', default: false },
    minify: { type: 'boolean', default: false },
    only: { type: 'string' },
    target: { type: 'string' },
    dist: { type: 'string', default: join(root, 'dist') },
    meta: { type: 'string' },
    pty: { type: 'string', default: join(root, 'node_modules') },
  },
});
const dist = values.dist;
const meta = values.meta ?? join(dist, 'meta');
const only = values.only?.split(',');

const finish = (bundle) => ({
  name: 'finish',
  setup(build) {
    build.onEnd((result) => {
      if (result.errors.length > 0 || !result.metafile) return;
      writeFileSync(join(meta, `${bundle.name}.json`), JSON.stringify(result.metafile));
      if (bundle.executable) chmodSync(join(dist, bundle.out), 0o755);
      const bytes = Object.entries(result.metafile.outputs).find(([path]) => path.endsWith('.js'))?.[1].bytes ?? 0;
      console.log(`${bundle.out.padEnd(28)} ${String(Math.ceil(bytes / 1024)).padStart(6)} KiB`);
    });
  },
});

mkdirSync(meta, { recursive: true });
const wanted = bundles(root).filter((bundle) => !only || only.includes(bundle.name));
const present = wanted.filter((bundle) => existsSync(join(root, bundle.entry)));
for (const missing of wanted.filter((bundle) => !present.includes(bundle))) console.log(`skipped ${missing.name}: no ${missing.entry}`);

const contexts = await Promise.all(
  present.map((bundle) =>
    esbuild.context({
      ...bundle.options,
      absWorkingDir: root,
      entryPoints: [bundle.entry],
      outfile: join(dist, bundle.out),
      plugins: [...(bundle.options.plugins ?? []), finish(bundle)],
      metafile: true,
      minify: values.minify,
      sourcemap: values.minify ? false : 'linked',
      logLevel: 'warning',
      legalComments: 'none',
    }),
  ),
);

const results = await Promise.allSettled(contexts.map((context) => context.rebuild()));
if (present.some((bundle) => bundle.name === 'keeper') && !copyPty(values.pty, dist, values.target)) {
  console.log(`note: @lydell/node-pty has no prebuilt package for ${values.target ?? `${process.platform}-${process.arch}`} here`);
}
copyCodicons(root, dist);
if (!only || only.includes('schemas')) await writeSchemas(root, dist);

if (values.watch) {
  await Promise.all(contexts.map((context) => context.watch()));
  console.log('watching');
} else {
  await Promise.all(contexts.map((context) => context.dispose()));
  const failed = results.filter((result) => result.status === 'rejected').length;
  if (failed > 0) {
    console.error(`${failed} of ${present.length} bundles failed`);
    process.exitCode = 1;
  }
}
