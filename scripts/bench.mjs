#!/usr/bin/env node
// Measures the built product on this machine: prints a table and writes it into docs/performance.md. Asserts nothing.
// `bench.mjs PART...` runs only that part, which is no measurement of starts: see `parts`.
// `--runs N` rounds of every case (7), interleaved, so that a slow moment of the machine strikes all of them.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { keystrokes } from '../test/bench/keystrokes.mjs';
import { manifestIndex } from '../test/bench/manifestIndex.mjs';
import { openSite, startToFirstByte } from '../test/bench/site.mjs';
import { codeServer } from './vscode/setup.mjs';
import { row, table, writeBetweenMarkers } from '../test/bench/table.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { runs: { type: 'string', default: '7' }, files: { type: 'string', default: '50000' } } });

/** Programs of a part, run one after the other; each says in its first lines what it does and which variables it reads. */
const parts = {
  /** `FUZZ_COUNT` inputs each (a million), from `FUZZ_SEED` (the day): what a nightly run is for. */
  fuzz: readdirSync(join(root, 'test/bench/fuzz')).filter((name) => name.endsWith('.mjs')).map((name) => join('test/bench/fuzz', name)),
  /** The scanner of the egress proxy: how fast and how right. */
  dlp: ['test/bench/dlp/bench.mjs'],
  /** The egress proxy beside mitmproxy, mockttp and no proxy at all. */
  egress: ['test/bench/egress/bench.mjs'],
};
if (positionals.length > 0) {
  const unknown = positionals.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) throw new Error(`There is no part "${unknown}"; parts: ${Object.keys(parts).join(', ')}.`);
  const statuses = positionals.flatMap((name) => parts[name]).map((program) => spawnSync(process.execPath, [join(root, program)], { stdio: 'inherit' }).status);
  process.exit(statuses.every((status) => status === 0) ? 0 : 1);
}

const runs = Number(values.runs);
const files = Number(values.files);

// What ships is minified; that is what gets measured.
execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--minify'], { stdio: 'inherit' });
const hasDocker = spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0;
const base = hasDocker ? (process.env.BOT_BOTTLE_BASE_IMAGE ?? execFileSync(process.execPath, [join(root, 'scripts/images/base.mjs')]).toString().trim()) : undefined;
const backends = hasDocker ? ['bubblewrap', 'docker'] : ['bubblewrap'];
const site = openSite(root, base === undefined ? {} : { BOT_BOTTLE_BASE_IMAGE: base });

const startOnce = async (backend, workspace) => {
  const { bottle, session, planned, took, mode } = await startToFirstByte(site, backend, workspace);
  session.detach();
  await site.bottles.stop(bottle.slug, { discardChanges: true });
  return { planned, took, mode };
};

const dockerRun = () => {
  const before = performance.now();
  execFileSync('docker', ['run', '--rm', '--network', 'none', base, 'true']);
  return performance.now() - before;
};

/** 100 MB through `bot-bottle attach`, its filter included: how long it takes, and the longest stall of its event loop. */
const flood = async (backend, workspace) => {
  const { bottle, session } = await startToFirstByte(site, backend, workspace, `echo ready; read go; head -c 100000000 /dev/zero | tr '\\0' x | fold -w 100; echo; echo end-of-flood; read go`);
  session.detach();
  const file = join(tmpdir(), `bot-bottle-bench-${process.pid}`);
  const before = performance.now();
  const attach = spawn(process.execPath, ['--require', join(root, 'test/bench/loopDelay.cjs'), join(root, 'dist/cli.js'), 'attach', bottle.slug], {
    env: { ...process.env, BOT_BOTTLE_HOME: site.home, LOOP_DELAY_FILE: file },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  attach.stdin.write('\n');
  let tail = '';
  attach.stdout.on('data', (chunk) => {
    tail = (tail + chunk.toString('latin1')).slice(-100_000);
    if (tail.includes('end-of-flood')) attach.stdin.write('\n');
  });
  await once(attach, 'exit');
  const took = performance.now() - before;
  const stall = Number(readFileSync(file, 'utf8'));
  rmSync(file);
  await site.bottles.stop(bottle.slug, { discardChanges: true }).catch(() => undefined);
  return { took, stall };
};

/** Numbers from the extension host of a real VS Code; undefined where code-server cannot be set up. */
const workbenchNumbers = async () => {
  const report = join(tmpdir(), `bot-bottle-workbench-${process.pid}.json`);
  try {
    const { node, entry } = await codeServer();
    execFileSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'bench'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, BENCH_REPORT: report, BOT_BOTTLE_TEST_CODE_SERVER_NODE: node, BOT_BOTTLE_TEST_CODE_SERVER: entry },
    });
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    console.error(`The numbers of the workbench are missing: ${error.message}`);
    return undefined;
  } finally {
    rmSync(report, { force: true });
  }
};

const rows = [];
try {
  const [small, large] = [site.workspace(0), site.workspace(files)];
  const measured = new Map();
  const record = (name, value) => measured.set(name, [...(measured.get(name) ?? []), value]);
  const modes = new Set();
  for (let round = 0; round <= runs; round++) {
    for (const backend of backends) {
      for (const [name, workspace] of [['empty', small], ['large', large]]) {
        const { planned, took, mode } = await startOnce(backend, workspace);
        modes.add(mode);
        // The first round builds images and fills caches.
        if (round === 0) continue;
        record(`${backend} ${name}`, took);
        record(`${backend} ${name} plan`, planned);
      }
    }
    if (hasDocker && round > 0) record('docker run', dockerRun());
  }
  for (const backend of backends) for (let round = 0; round < Math.min(3, runs); round++) {
    const { took, stall } = await flood(backend, small);
    record(`${backend} flood`, took);
    record(`${backend} stall`, stall);
  }
  const reference = measured.get('docker run');
  if (hasDocker) rows.push(row('`docker run --rm --network none IMAGE true`', reference));
  for (const backend of backends) {
    rows.push(row(`${backend}: start to first terminal byte`, measured.get(`${backend} empty`), reference));
    rows.push(row(`${backend}: the same with ${files} files, against an empty workspace`, measured.get(`${backend} large`), measured.get(`${backend} empty`)));
    rows.push(row(`${backend}: plan and preflight, before a person agrees`, measured.get(`${backend} empty plan`)));
    rows.push(row(`${backend}: the same with ${files} files`, measured.get(`${backend} large plan`), measured.get(`${backend} empty plan`)));
    rows.push(row(`${backend}: 100 MB of terminal output through attach and filter`, measured.get(`${backend} flood`)));
    rows.push(row(`${backend}: longest stall of the attach process meanwhile`, measured.get(`${backend} stall`)));
  }
  rows.push(row('agents of a home and a workspace with 500 manifests', await manifestIndex(root, 50)));
  rows.push(row('manifest of 40 routes and two parents: findings after a key', await keystrokes(root, 200)));
  const workbench = await workbenchNumbers();
  if (workbench !== undefined) {
    rows.push(row('VS Code: loading the extension bundle', [workbench.load]));
    rows.push(row('VS Code: activation', [workbench.activation]));
    rows.push(row('VS Code: longest stall of the extension host during 10 MB of terminal output', [workbench.stall]));
  }
  const words = `${cpus().length} processors, Node ${process.versions.node}, workspace as ${[...modes].join(' and ')}, rounds interleaved; ratios travel between machines, milliseconds do not.`;
  console.log(`\n${table(rows)}\n\n${words}`);
  writeBetweenMarkers(join(root, 'docs/performance.md'), `${table(rows)}\n\n${words}`);
} finally {
  await site.end();
}
