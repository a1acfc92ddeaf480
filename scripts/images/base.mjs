#!/usr/bin/env node
// Makes a base image for provider-images/ without any image registry: debootstrap from the mirror this machine already
// uses, plus Node and npm from the npm registry, imported into Docker. Prints the tag; a second run finds it and ends.
// Build with it:  BOT_BOTTLE_BASE_IMAGE=$(node scripts/images/base.mjs) ...
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { debianSource } from './debian-source.mjs';
import { pins } from './pins.mjs';

const packages = [
  'ca-certificates', 'curl', 'git', 'less', 'libstdc++6', 'openssh-client', 'procps', 'python3-minimal', 'ripgrep', 'xz-utils',
];

const fail = (sentence) => {
  process.stderr.write(`base image: ${sentence}\n`);
  process.exit(1);
};

/** Runs a program with its words on stderr, so that stdout holds the tag alone. */
const run = (program, args, options = {}) => {
  process.stderr.write(`  ${[program, ...args].join(' ').slice(0, 160)}\n`);
  const done = spawnSync(program, args, { stdio: ['ignore', 2, 2], ...options });
  if (done.error) fail(`${program} could not be started: ${done.error.message}.`);
  if (done.status !== 0) fail(`${program} ended with ${done.status ?? done.signal}; its last words are above.`);
};

const has = (program) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' }).status === 0;

const arch = { x64: 'x64', arm64: 'arm64' }[process.arch] ?? fail(`there is no Node package for ${process.arch}.`);
const source = debianSource();
if (source === undefined) fail('no Debian or Ubuntu mirror is set up in /etc/apt, so debootstrap has nothing to read from.');

const hash = createHash('sha256')
  .update(JSON.stringify({ packages, node: pins.node[arch], npm: pins.npm, suite: source.suite, arch, layout: 1 }))
  .digest('hex')
  .slice(0, 12);
const tag = `bot-bottle-base:${source.suite}-${hash}`;

if (spawnSync('docker', ['version'], { stdio: 'ignore' }).status !== 0) fail('the docker command does not reach an engine; start it first (`docker version` shows why).');
if (spawnSync('docker', ['image', 'inspect', tag], { stdio: 'ignore' }).status === 0) {
  process.stdout.write(`${tag}\n`);
  process.exit(0);
}

const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'bot-bottle');
const archive = path.join(cache, `base-${source.suite}-${hash}.tar.gz`);

/** Downloads one pinned npm package, checks it against its pin and unpacks it. */
const unpack = ({ name, version, integrity }, into) => {
  const folder = mkdtempSync(path.join(cache, 'npm-'));
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`]);
    const file = path.join(folder, readdirSync(folder)[0]);
    const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
    if (found !== integrity) fail(`${name}@${version} is not what was pinned (${found}).`);
    mkdirSync(into, { recursive: true });
    run('tar', ['-xzf', file, '-C', into, '--strip-components=1', '--no-same-owner']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const makeArchive = () => {
  if (process.getuid() !== 0) fail(`debootstrap needs root; run: sudo XDG_CACHE_HOME=${path.dirname(cache)} node scripts/images/base.mjs`);
  if (!has('debootstrap')) fail('debootstrap is missing; run: apt-get install debootstrap');
  const root = mkdtempSync(path.join(cache, 'rootfs-'));
  try {
    run('debootstrap', [
      '--variant=minbase', `--include=${packages.join(',')}`,
      ...(source.keyring === undefined ? [] : [`--keyring=${source.keyring}`]),
      source.suite, root, source.mirror,
    ]);
    const node = path.join(root, 'usr/local/lib/node');
    unpack(pins.node[arch], node);
    mkdirSync(path.join(root, 'usr/local/bin'), { recursive: true });
    cpSync(path.join(node, 'bin/node'), path.join(root, 'usr/local/bin/node'));
    rmSync(node, { recursive: true });
    unpack(pins.npm, path.join(root, 'usr/local/lib/node_modules/npm'));
    for (const name of ['npm', 'npx']) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, path.join(root, 'usr/local/bin', name));
    for (const waste of ['var/cache/apt/archives', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale', 'var/log'])
      rmSync(path.join(root, waste), { recursive: true, force: true });
    mkdirSync(path.join(root, 'var/log'), { recursive: true });
    mkdirSync(path.join(root, 'var/cache/apt/archives/partial'), { recursive: true });
    run('tar', ['--numeric-owner', '--one-file-system', '--exclude=./dev/*', '-C', root, '-I', 'gzip -1', '-cf', `${archive}.part`, '.']);
    renameSync(`${archive}.part`, archive);
  } finally {
    rmSync(root, { recursive: true, force: true });
    rmSync(`${archive}.part`, { force: true });
  }
};

mkdirSync(cache, { recursive: true, mode: 0o700 });
if (!existsSync(archive)) makeArchive();
execFileSync('docker', ['import', '--change', 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', archive, tag], { stdio: ['ignore', 2, 2] });
process.stdout.write(`${tag}\n`);
