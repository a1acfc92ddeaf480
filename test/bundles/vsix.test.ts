import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { zipEntries } from '../support/files/zip.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'vsix-'));
execFileSync(process.execPath, ['scripts/package.mjs', '--out', folder], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
afterAll(() => rmSync(folder, { recursive: true }));

const vsix = join(folder, readdirSync(folder).find((name) => name.endsWith('.vsix')) ?? '');
const names = zipEntries(vsix).map((entry) => entry.name);

/** Kinds of files that ship, each with its place. Anything else in the package is a mistake. */
const shipped = [
  /^\[Content_Types\]\.xml$|^extension\.vsixmanifest$/,
  /^extension\/(package\.json|package\.nls\.json|readme\.md|changelog\.md|LICENSE(\.txt|\.md)?)$/i,
  /^extension\/media\/[\w-]+\.(svg|png)$/,
  /^extension\/dist\/(extension|core|errors|cli|keeper)\.js$/,
  /^extension\/dist\/sidecars\/[\w-]+\.js$/,
  /^extension\/dist\/webviews\/[\w-]+\/[\w-]+\.(js|css|ttf)$/,
  /^extension\/dist\/node_modules\/@lydell\/node-pty(-[\w-]+)?\/.*\.(js|json|node)$|\/LICENSE$/,
  /^extension\/dist\/schemas\/[\w.-]+\.schema\.json$/,
  /^extension\/provider-images\//,
  /^extension\/examples\/.*\.md$/,
];

test('the package holds what ships and nothing else', () => {
  expect(names.filter((name) => !shipped.some((kind) => kind.test(name)))).toEqual([]);
});

test('neither sources nor maps nor tests are in it', () => {
  expect(names.filter((name) => /\.(map|ts|mts|tsbuildinfo)$|\/(test|src)\/|metafile|\/meta\//.test(name))).toEqual([]);
});

test('everything that is started by path is in it', () => {
  for (const path of ['extension.js', 'core.js', 'errors.js', 'cli.js', 'keeper.js', 'sidecars/egress.js', 'sidecars/bridge.js', 'sidecars/init.js', 'webviews/egress/index.js', 'webviews/egress/index.css', 'webviews/egress/codicon.ttf', 'schemas/routes.schema.json']) {
    expect(names).toContain(`extension/dist/${path}`);
  }
});

test('the only native code is the pty of this platform', () => {
  expect(names.filter((name) => name.endsWith('.node'))).toEqual([`extension/dist/node_modules/@lydell/node-pty-${process.platform}-${process.arch}/pty.node`]);
});

test('it stays under 4 MiB', () => {
  expect(statSync(vsix).size).toBeLessThan(4 * 1024 * 1024);
});
