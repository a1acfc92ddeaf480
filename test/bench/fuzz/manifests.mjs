#!/usr/bin/env node
// Mutated manifests against the reader: `FUZZ_COUNT` of them (a million), from `FUZZ_SEED` (the day). Ends with 1 and the
// text when one crashes the reader or is taken with a key dropped.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPure } from '../../../scripts/build/schemas.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const count = Number(process.env.FUZZ_COUNT ?? 1_000_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Date.now() / 86_400_000));
const { fuzzManifests } = await loadPure(root, 'test/bench/fuzz/manifests.ts');
const began = performance.now();
const { taken, refused } = fuzzManifests(seed, count);
console.log(`${count} mutated manifests from seed ${seed}: ${taken} taken whole, ${refused} refused, nothing lost, ${Math.round((performance.now() - began) / 1000)} s`);
