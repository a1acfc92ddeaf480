// Makes the VSIX of one or more platforms: `--target linux-x64` (repeatable; default this machine's), `--out DIR`.
// What ships is what this script copies, nothing else: bundles, media, provider images, the manifest.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run, tool } from './support/run.mjs';
import { ensureNpmPackages } from './support/npmPackages.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { target: { type: 'string', multiple: true }, out: { type: 'string', default: root } } });
const targets = values.target ?? [`${process.platform}-${process.arch}`];
const out = resolve(values.out);
mkdirSync(join(root, '.cache'), { recursive: true });
// A folder of its own: two runs at once must not build into each other.
const work = mkdtempSync(join(root, '.cache', 'package-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

const shipped = ['README.md', 'LICENSE', 'CHANGELOG.md', 'package.nls.json', 'media', 'provider-images', 'examples', 'l10n'];

/** Ends the program with a sentence when a step did not work. */
async function must(name, argv, options) {
  if ((await run(argv, options)) === 0) return;
  console.error(`package: ${name} failed; the reason is above.`);
  process.exit(1);
}

/** A node_modules folder with the pty of a platform; ours when it is this one. */
async function ptyFor(target) {
  const [os, cpu] = target.split('-');
  if (os === process.platform && cpu === process.arch) return join(root, 'node_modules');
  const folder = join(work, `pty-${target}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/@lydell/node-pty/package.json'), 'utf8'));
  await must(`the pty for ${target}`, ['npm', 'install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', `--os=${os}`, `--cpu=${cpu}`, `@lydell/node-pty@${version}`], { cwd: folder });
  return join(folder, 'node_modules');
}

/** The manifest as it ships: nothing about building it. */
function shippedManifest() {
  const { devDependencies: _dev, scripts: _scripts, dependencies: _bundled, private: _private, os: _os, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return JSON.stringify(manifest, null, 2);
}

if (!(await ensureNpmPackages(root))) process.exit(1);
mkdirSync(out, { recursive: true });
for (const target of targets) {
  const stage = join(work, target);
  mkdirSync(stage, { recursive: true });
  for (const name of shipped) if (existsSync(join(root, name))) cpSync(join(root, name), join(stage, name), { recursive: true, filter: (path) => !path.endsWith('/media/screenshots') });
  writeFileSync(join(stage, 'package.json'), shippedManifest());
  await must('the build', [
    process.execPath, 'scripts/build.mjs', '--minify', '--target', target, '--pty', await ptyFor(target),
    '--dist', join(stage, 'dist'), '--meta', join(work, `meta-${target}`),
  ], { cwd: root });
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const vsix = join(out, `${name}-${target}-${version}.vsix`);
  await must('vsce', [...tool(root, '@vscode/vsce/vsce', 'package'), '--no-dependencies', '--skip-license', '--allow-missing-repository', '--no-rewrite-relative-links', '--target', target, '--out', vsix], { cwd: stage });
  console.log(`${vsix} ${(statSync(vsix).size / 1_048_576).toFixed(2)} MiB`);
}
