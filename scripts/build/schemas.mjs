import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';

/** A TypeScript module of a pure room, ready to be called from a script. */
export async function loadPure(root, entry) {
  const { outputFiles } = await esbuild.build({ absWorkingDir: root, entryPoints: [entry], bundle: true, write: false, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'], logLevel: 'warning' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}

/** JSON Schemas for editors, into `schemas/` of the built product: routes files, and the frontmatter of both manifests. */
export async function writeSchemas(root, dist) {
  const { manifestJsonSchema, routesFileJsonSchema } = await loadPure(root, 'schemas/manifest/jsonSchema.ts');
  const files = { 'routes.schema.json': routesFileJsonSchema(), 'agent.schema.json': manifestJsonSchema('agent'), 'bottle.schema.json': manifestJsonSchema('bottle') };
  mkdirSync(join(dist, 'schemas'), { recursive: true });
  for (const [name, schema] of Object.entries(files)) writeFileSync(join(dist, 'schemas', name), `${JSON.stringify(schema, null, 2)}\n`);
}
