import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
execFileSync(process.execPath, ['scripts/build.mjs', '--dist', folder], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
afterAll(() => rmSync(folder, { recursive: true }));

const metafileSchema = z.object({
  inputs: z.record(z.string(), z.object({ imports: z.array(z.object({ path: z.string(), external: z.boolean().optional() })) })),
  outputs: z.record(z.string(), z.object({ bytes: z.number(), inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })) })),
});

/** The rooms each bundle may be made of, and the packages it may leave to its surroundings besides Node's own. */
const walls: readonly { readonly bundle: RegExp; readonly rooms: readonly string[]; readonly externals: readonly string[] }[] = [
  { bundle: /^extension$/, rooms: ['extension/vscode/', 'extension/core/', 'schemas/'], externals: ['vscode', './core.js', './errors.js'] },
  { bundle: /^cli$/, rooms: ['extension/cli/', 'extension/core/', 'schemas/'], externals: ['./core.js', './errors.js'] },
  { bundle: /^core$/, rooms: ['extension/core/', 'schemas/'], externals: ['./errors.js', 'cpu-features'] },
  { bundle: /^errors$/, rooms: ['extension/core/errors.ts'], externals: [] },
  { bundle: /^keeper$/, rooms: ['extension/core/', 'schemas/'], externals: [] },
  { bundle: /^sidecar-init$/, rooms: ['sidecars/', 'schemas/'], externals: ['@lydell/node-pty'] },
  { bundle: /^sidecar-/, rooms: ['sidecars/', 'schemas/'], externals: [] },
  { bundle: /^webview-/, rooms: ['webviews/', 'schemas/protocol/', 'schemas/policy/'], externals: [] },
];

/** What ws looks for and does without. */
const optional = ['bufferutil', 'utf-8-validate'];

const bundles = readdirSync(join(folder, 'meta')).map((file) => ({
  name: file.replace(/\.json$/, ''),
  meta: metafileSchema.parse(JSON.parse(readFileSync(join(folder, 'meta', file), 'utf8'))),
}));

describe('what each bundle is made of', () => {
  test('every bundle of the product is built', () => {
    const names = bundles.map((bundle) => bundle.name);
    for (const name of ['extension', 'core', 'errors', 'cli', 'keeper', 'sidecar-egress', 'sidecar-bridge', 'sidecar-init', 'webview-egress']) expect(names).toContain(name);
  });

  test.each(bundles)('$name holds no room that it may not import', ({ name, meta }) => {
    const wall = walls.find((one) => one.bundle.test(name));
    const ours = Object.keys(meta.inputs).filter((path) => !path.startsWith('node_modules/') && !path.startsWith('unreached:'));
    expect(ours.filter((path) => !wall?.rooms.some((room) => path.startsWith(room)))).toEqual([]);
  });

  test.each(bundles)('$name expects nothing at run time but Node and what ships beside it', ({ name, meta }) => {
    const wall = walls.find((one) => one.bundle.test(name));
    const externals = Object.values(meta.inputs).flatMap((input) => input.imports.filter((one) => one.external === true).map((one) => one.path));
    const foreign = new Set(externals.filter((path) => !isNodeModule(path) && !path.endsWith('.node') && !optional.includes(path)));
    expect([...foreign].filter((path) => !wall?.externals.includes(path))).toEqual([]);
  });

  test.each(bundles)('$name holds no language of zod but the one it speaks', ({ meta }) => {
    const held = Object.values(meta.outputs).flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path));
    expect(held.filter((path) => /zod\/v4\/locales\/(?!en\.|index\.)/.test(path))).toEqual([]);
  });

  test('the webviews hold no Node', () => {
    for (const { meta } of bundles.filter((bundle) => bundle.name.startsWith('webview-'))) {
      expect(Object.values(meta.inputs).flatMap((input) => input.imports.map((one) => one.path)).filter(isNodeModule)).toEqual([]);
    }
  });

  test('what is loaded at startup is small: the core waits for its first use', () => {
    const extension = bundles.find((bundle) => bundle.name === 'extension');
    const bytes = Object.entries(extension?.meta.outputs ?? {}).find(([path]) => path.endsWith('.js'))?.[1].bytes;
    expect(bytes).toBeLessThan(700 * 1024);
    expect(Object.keys(extension?.meta.inputs ?? {}).filter((path) => /node_modules\/(dockerode|ssh2|@peculiar|tar-stream)\//.test(path))).toEqual([]);
  });

  test('no bundle holds what dockerode brings for ways to an engine that we do not take', () => {
    const held = bundles.flatMap((bundle) => Object.keys(bundle.meta.inputs).filter((path) => /node_modules\/(ssh2|@grpc|protobufjs)\//.test(path)));
    expect(held).toEqual([]);
  });
});

function isNodeModule(path: string): boolean {
  return path.startsWith('node:') || builtinModules.includes(path);
}
