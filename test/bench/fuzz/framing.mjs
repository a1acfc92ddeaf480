#!/usr/bin/env node
// Mutated HTTP requests at a real proxy over real sockets: `FUZZ_COUNT` of them (a million), from `FUZZ_SEED` (the day).
// Ends with 1 and the inputs when something arrives upstream that the oracle denies, hangs or breaks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const count = Number(process.env.FUZZ_COUNT ?? 1_000_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Date.now() / 86_400_000));
const folder = mkdtempSync(join(tmpdir(), 'bottle-fuzz-'));
const outfile = join(folder, 'framing.cjs');
await esbuild.build({ absWorkingDir: root, entryPoints: ['test/bench/fuzz/framing.ts'], bundle: true, outfile, format: 'cjs', platform: 'node', target: 'node20', logLevel: 'warning' });
const { fuzzFraming } = await import(pathToFileURL(outfile).href);
rmSync(folder, { recursive: true });
const began = performance.now();
const { inputs, passed, failures } = await fuzzFraming({ count, seed });
for (const failure of failures.slice(0, 20)) console.error(failure);
console.log(`${inputs} inputs from seed ${seed}: ${passed} requests passed, ${failures.length} failures, ${Math.round((performance.now() - began) / 1000)} s`);
process.exitCode = failures.length === 0 ? 0 : 1;
