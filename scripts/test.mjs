// Every test of the project, one command: installs what is missing, starts what is needed, runs everything one after
// another with live output and ends with one line of counts. Arguments name the parts to run (see `parts`); default all.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture, run, since, tool } from './support/run.mjs';
import { ensureNpmPackages } from './support/npmPackages.mjs';
import { ensurePrograms } from './support/systemParts.mjs';
import { ensureDocker } from './support/dockerDaemon.mjs';
import { outcomeVariable } from './support/outcomeReporter.mjs';
import { emptyTally, failedFiles, sum, summaryLine, tallyOf } from './support/tally.mjs';
import { codeServer } from './vscode/setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const reports = join(root, 'test-results');
const begun = performance.now();

const heading = (name) => console.log(`\n== ${name} (${since(begun)})`);
const check = (name, passed) => (passed ? { ...emptyTally(), passed: 1 } : { ...emptyTally(), failed: 1, failures: [name] });

const reportOf = (name) => join(reports, `${name}.json`);

/** Runs a project of the tests, or some of its files, into a report of this name; resolves to the exit status. */
async function vitest(project, env, name = project, files = []) {
  rmSync(reportOf(name), { force: true });
  return await run(tool(root, 'vitest/vitest.mjs', 'run', '--project', project, '--passWithNoTests', '--reporter=default', `--reporter=${join(root, 'scripts/support/outcomeReporter.mjs')}`, ...files), {
    env: { ...process.env, ...env, [outcomeVariable]: reportOf(name) },
  });
}

const project = (name) => async ({ env }) => tallyOf(reportOf(name), await vitest(name, env));

/** A file with a failure is run again; more of them than this are no accident of a window. */
const MOST_UNSTEADY_FILES = 2;

/**
 * The tests in a window. An editor and a browser that are not ours draw when they like, so a file that failed gets
 * one more try as a whole, on a window and a home of its own. What came right then is told, so that it is mended.
 */
async function windows({ env }) {
  const status = await vitest('e2e', env);
  const first = tallyOf(reportOf('e2e'), status);
  const files = failedFiles(reportOf('e2e'));
  if (files.length === 0 || files.length > MOST_UNSTEADY_FILES) return first;
  heading('e2e, the files with a failure once more');
  const again = tallyOf(reportOf('e2e-again'), await vitest('e2e', env, 'e2e-again', files));
  return { ...sum([tallyOf(reportOf('e2e'), status, files), again]), unsteady: again.failed === 0 ? first.failures : [] };
}

async function types() {
  const rooms = ['schemas', 'extension/core', 'extension/vscode', 'extension/cli', 'sidecars', 'webviews', 'test'];
  const results = [];
  for (const room of rooms) {
    const { status, output } = await capture(tool(root, 'typescript/bin/tsc', '-p', join(room, 'tsconfig.json')));
    console.log(`${status === 0 ? 'ok  ' : 'FAIL'} types of ${room}`);
    if (status !== 0) console.log(output.trimEnd());
    results.push(check(`types of ${room}`, status === 0));
  }
  return sum(results);
}

async function lint() {
  const status = await run(tool(root, 'eslint/bin/eslint.js', '.', '--max-warnings', '0', '--cache', '--cache-location', 'node_modules/.cache/eslint/'));
  return check('lint', status === 0);
}

/** In the order of what fails fastest. `world` is what was found and started on this machine. */
const parts = {
  types,
  lint,
  unit: project('unit'),
  bundles: project('bundles'),
  integration: project('integration'),
  contract: project('contract'),
  escape: project('escape'),
  crash: project('crash'),
  e2e: windows,
};

/** System programs, Docker with a base image, the VS Code server. What cannot be had is said, and its tests say so too. */
async function prepareWorld() {
  const env = {};
  for (const { program, fix } of await ensurePrograms(['git', 'curl', 'openssl', 'ps', 'setpriv', 'bwrap', 'docker', 'dockerd', 'iptables', 'debootstrap', 'chromium', 'strace', 'gcc'])) {
    console.log(`missing: ${program}. ${fix}`);
  }
  const hostCa = '/etc/ssl/certs/ca-certificates.crt';
  if (!process.env.BOT_BOTTLE_EXTRA_CA && existsSync(hostCa)) env.BOT_BOTTLE_EXTRA_CA = hostCa;
  const docker = await ensureDocker();
  if (!docker.ok) console.log(`missing: Docker. ${docker.reason}`);
  if (docker.ok && !process.env.BOT_BOTTLE_BASE_IMAGE) {
    const base = await capture([process.execPath, 'scripts/images/base.mjs'], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    const tag = base.output.trim().split('\n').at(-1) ?? '';
    if (base.status === 0 && tag !== '') env.BOT_BOTTLE_BASE_IMAGE = tag;
    else console.log('missing: a base image for bottles; the reason is above.');
  }
  try {
    const { node, entry } = await codeServer();
    Object.assign(env, { BOT_BOTTLE_TEST_CODE_SERVER_NODE: node, BOT_BOTTLE_TEST_CODE_SERVER: entry });
  } catch (error) {
    console.log(`missing: ${error.message}.`);
  }
  return { env, stop: docker.stop };
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(', ')}.`);
  process.exit(64);
}
const names = wanted.length > 0 ? wanted : Object.keys(parts);
mkdirSync(reports, { recursive: true });
if (!(await ensureNpmPackages(root))) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}

const needsWorld = names.some((name) => ['integration', 'contract', 'escape', 'crash', 'e2e'].includes(name));
const needsBuild = names.some((name) => ['bundles', 'integration', 'contract', 'escape', 'crash', 'e2e'].includes(name));
const tallies = [];
let world = { env: {}, stop: async () => undefined };
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => world.stop().then(() => process.exit(130)));
try {
  if (needsWorld) {
    heading('what the tests need');
    world = await prepareWorld();
  }
  if (needsBuild) {
    heading('build');
    tallies.push(check('build', (await run([process.execPath, 'scripts/build.mjs'])) === 0));
  }
  for (const name of names) {
    heading(name);
    tallies.push(await parts[name](world));
  }
} finally {
  await world.stop();
}

const total = sum(tallies);
console.log('');
for (const name of total.left) console.log(`skipped ${name}`);
for (const failure of total.unsteady) console.log(`unsteady, right the second time: ${failure}`);
for (const failure of total.failures) console.log(`FAILED ${failure}`);
console.log(`${since(begun)}`);
console.log(summaryLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;
