#!/usr/bin/env node
// How fast and how right the scanner of the egress proxy is, as one table. `DLP_MOST` files of each kind of this machine
// (2000) are the harmless bodies. Processor time, not the clock: other work on the machine does not count.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const most = Number(process.env.DLP_MOST ?? 2000);
const folder = mkdtempSync(join(tmpdir(), 'bottle-bench-'));
try {
  const outfile = join(folder, 'bench.mjs');
  await build({ absWorkingDir: root, entryPoints: ['test/bench/dlp/bench.ts'], bundle: true, minify: true, outfile, format: 'esm', platform: 'node', logLevel: 'warning' });
  const bench = await import(pathToFileURL(outfile).href);
  const share = ({ found, all, missed }) => `${(found / all).toFixed(3)} of ${all}${missed.length === 0 ? '' : `; missed: ${[...new Set(missed)].join(', ')}`}`;
  // The objects of this repository as Git sends them, in pieces.
  const pack = spawnSync('git', ['-C', root, 'pack-objects', '--all', '--stdout', '-q'], { maxBuffer: 1 << 30 }).stdout ?? Buffer.alloc(0);
  const packs = join(folder, 'packs');
  mkdirSync(packs);
  for (let at = 0; at < pack.length; at += 1 << 20) writeFileSync(join(packs, `${at}.pack`), pack.subarray(at, at + (1 << 20)));
  const folders = [packs, join(root, 'node_modules'), '/usr/share/doc', '/usr/share/perl', '/usr/lib/python3', '/usr/share/icons', join(root, 'media')];
  const { rows, blocked } = await bench.falseBlocks(folders, most);
  const { row, alarms } = await bench.falseAlarms(folders, most);
  const table = [
    ...(await bench.throughput(root)),
    ...(await bench.stalls()),
    ['recall, plain', share(await bench.plainRecall(11, 20)), 'at least 0.98'],
    ['recall, written in a way that can be undone', share(await bench.evasionRecall(13, 10)), 'at least 0.85'],
    ...rows,
    row,
  ];
  const all = [['what', 'measured', 'wanted'], ...table];
  const widths = all[0].map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  console.log([line(all[0]), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...all.slice(1).map(line)].join('\n'));
  for (const [what, names] of [['blocked', blocked], ['alarms', alarms]]) if (names.length > 0) console.error(`\n${what}:\n${names.join('\n')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
