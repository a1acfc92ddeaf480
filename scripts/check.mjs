// Types of every room, lint, unit tests: what to run before a commit.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture, run, since, tool } from './support/run.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const roomConfigs = ['schemas', 'extension/core', 'extension/vscode', 'extension/cli', 'sidecars', 'webviews', 'test']
  .map((room) => join(room, 'tsconfig.json'))
  .filter((config) => existsSync(config));

/** Runs jobs a few at a time: type checking is one thread a room. */
async function atMost(limit, jobs) {
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await job();
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

/** What tsc learnt of a room is kept for the next time: only what changed is looked at again. */
const remembered = (config) => ['--incremental', '--tsBuildInfoFile', join('node_modules/.cache/tsc', `${dirname(config).replaceAll('/', '-')}.tsbuildinfo`)];

const failures = [];
async function step(name, work) {
  const start = performance.now();
  const { status, output = '' } = await work();
  // A room whose sources are still to be written has nothing to check.
  const empty = status !== 0 && /error TS18003/.test(output);
  console.log(`${status === 0 || empty ? 'ok  ' : 'FAIL'} ${name.padEnd(32)} ${since(start)}`);
  if (status === 0 || empty) return;
  if (output) console.log(output.trimEnd());
  failures.push(name);
}

await atMost(
  2,
  roomConfigs.map((config) => () => step(`types ${dirname(config)}`, () => capture(tool(root, 'typescript/bin/tsc', '-p', config, ...remembered(config))))),
);
await step('lint', () =>
  capture(tool(root, 'eslint/bin/eslint.js', '.', '--max-warnings', '0', '--cache', '--cache-location', 'node_modules/.cache/eslint/')),
);
await step('unit tests', async () => ({ status: await run(tool(root, 'vitest/vitest.mjs', 'run', '--project', 'unit')) }));

console.log(failures.length === 0 ? 'check passed' : `check failed: ${failures.join(', ')}`);
process.exitCode = failures.length === 0 ? 0 : 1;
