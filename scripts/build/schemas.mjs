import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

/** A TypeScript module that needs nothing of Node, ready to be called from a script. */
export async function loadPure(root, entry) {
  const folder = mkdtempSync(join(tmpdir(), 'bottle-script-'));
  try {
    const outfile = join(folder, 'module.mjs');
    await esbuild.build({ absWorkingDir: root, entryPoints: [entry], bundle: true, outfile, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'], logLevel: 'warning' });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** JSON Schemas for editors, into `schemas/` of the built product: routes files, and the frontmatter of both manifests. */
export async function writeSchemas(root, dist) {
  const { manifestJsonSchema, routesFileJsonSchema } = await loadPure(root, 'schemas/manifest/jsonSchema.ts');
  const files = { 'routes.schema.json': routesFileJsonSchema(), 'agent.schema.json': manifestJsonSchema('agent'), 'bottle.schema.json': manifestJsonSchema('bottle') };
  mkdirSync(join(dist, 'schemas'), { recursive: true });
  for (const [name, schema] of Object.entries(files)) writeFileSync(join(dist, 'schemas', name), `${JSON.stringify(schema, null, 2)}\n`);
}
