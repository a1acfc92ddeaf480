import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Runs a program to its end with its output shown; resolves to its exit status (1 when it could not start). */
export function run(argv, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'inherit', 'inherit'], ...options });
    child.once('error', (error) => {
      console.error(`${argv[0]}: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}

/** Runs a program and collects what it says: `{ status, output }`. */
export function capture(argv, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.once('error', (error) => resolve({ status: 1, output: error.message }));
    child.once('close', (code) => resolve({ status: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** Whether a program answers on this machine's PATH. */
export const has = (program) =>
  process.platform === 'win32'
    ? spawnSync('where', [program], { stdio: 'ignore' }).status === 0
    : spawnSync('/bin/sh', ['-c', 'command -v -- "$1" >/dev/null', 'sh', program]).status === 0;

/** argv of a tool installed by npm, run by this very Node. */
export const tool = (root, path, ...args) => [process.execPath, join(root, 'node_modules', path), ...args];

/** `12.3 s`. */
export const since = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;
