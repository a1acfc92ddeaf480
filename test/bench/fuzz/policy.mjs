#!/usr/bin/env node
// Hosts, requests and routes files against the policy: `FUZZ_COUNT` of them (a million), from `FUZZ_SEED` (the day). Ends
// with 1 and the input when one crashes the policy or passes though the oracle denies it.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPure } from '../../../scripts/build/schemas.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const count = Number(process.env.FUZZ_COUNT ?? 1_000_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Date.now() / 86_400_000));
const { fuzzPolicy } = await loadPure(root, 'test/bench/fuzz/policy.ts');
const began = performance.now();
const { allowed, blocked, filesTaken, filesRefused, hostsTaken } = fuzzPolicy(seed, count);
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`${count} inputs from seed ${seed}: ${allowed} requests allowed and ${blocked} blocked, ${filesTaken} files taken and ${filesRefused} refused, ${hostsTaken} hosts taken; no objection, ${seconds} s`);
