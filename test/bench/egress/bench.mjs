#!/usr/bin/env node
// The egress proxy beside others, as one table of interleaved runs. `--rounds N` (3); `BENCH_MITMDUMP` names a second
// mitmdump beside Debian's. What this machine does not have is named and left out.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--minify', '--only', 'sidecar-egress'], { stdio: ['ignore', 'ignore', 'inherit'] });
const folder = mkdtempSync(join(root, 'node_modules', '.bench-'));
try {
  const outfile = join(folder, 'bench.mjs');
  await build({ absWorkingDir: root, entryPoints: ['test/bench/egress/bench.ts'], bundle: true, outfile, format: 'esm', platform: 'node', packages: 'external', logLevel: 'warning' });
  const { benchEgress } = await import(pathToFileURL(outfile).href);
  const { rows, missing } = await benchEgress(root, Number(values.rounds), { small: 6000, posts: 200, connections: 200 });
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  console.log([line(rows[0]), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.slice(1).map(line)].join('\n'));
  for (const one of missing) console.log(`left out: ${one}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
