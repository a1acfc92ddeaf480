#!/usr/bin/env node
// How long it takes to know the agents of a home and a workspace with 500 manifests, in milliseconds: `ROUNDS` times (50).
// Run by itself it prints the median.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { median } from './table.mjs';

/** Lists the agents again and again; the first time, which warms up, is not counted. */
export async function manifestIndex(root, rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'bot-bottle-index-'));
  try {
    const outfile = join(folder, 'index.cjs');
    await esbuild.build({ absWorkingDir: root, entryPoints: ['extension/core/manifests/index.ts'], bundle: true, outfile, format: 'cjs', platform: 'node', minify: true, logLevel: 'warning' });
    const { indexAgents } = createRequire(import.meta.url)(outfile);
    const [home, workspace] = [join(folder, 'home'), join(folder, 'workspace')];
    for (const place of [join(home, 'agents'), join(home, 'bottles'), join(workspace, '.bot-bottle/agents')]) mkdirSync(place, { recursive: true });
    for (let index = 0; index < 200; index++) {
      writeFileSync(join(home, 'agents', `agent-${index}.md`), `---\nbottle: bottle-${index}\n---\n`);
      writeFileSync(join(home, 'bottles', `bottle-${index}.md`), '---\nsupervise: true\n---\n');
      if (index < 100) writeFileSync(join(workspace, '.bot-bottle/agents', `agent-of-folder-${index}.md`), '---\nbottle: bottle-1\n---\n');
    }
    const took = [];
    for (let round = 0; round <= rounds; round++) {
      const before = performance.now();
      const { agents } = await indexAgents(home, workspace);
      if (agents.length !== 300) throw new Error(`${agents.length} agents were found, not 300`);
      if (round > 0) took.push(performance.now() - before);
    }
    return took;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const took = await manifestIndex(resolve(dirname(fileURLToPath(import.meta.url)), '../..'), Number(process.env.ROUNDS ?? 50));
  console.log(`agents among 500 manifests: median ${median(took).toFixed(1)} ms, ${Math.min(...took).toFixed(1)} to ${Math.max(...took).toFixed(1)} ms, ${took.length} times`);
}
