import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Way } from './client.ts';
import { gigabyteEachWay, measure, percentile, type Amounts, type Round } from './measure.ts';
import { authority, bottle, mockttp, pythonProxies, type Running, type Setting, type Target } from './targets.ts';

const direct: Target = { name: 'no proxy', start: async () => { throw new Error('nothing to start'); } };

const tokens = [
  'gh[pousr]_[A-Za-z0-9]{36}', 'github_pat_[A-Za-z0-9_]{82}', 'glpat-[A-Za-z0-9_-]{20}', 'sk-ant-[a-z0-9]{5}-[A-Za-z0-9_-]{80}', 'sk-proj-[A-Za-z0-9_-]{40}',
  'AKIA[0-9A-Z]{16}', 'AIza[0-9A-Za-z_-]{35}', 'xox[abprs]-[A-Za-z0-9-]{20}', 'sk_live_[A-Za-z0-9]{24}', 'hf_[A-Za-z0-9]{34}',
  'npm_[A-Za-z0-9]{36}', 'pypi-AgEI[A-Za-z0-9_-]{50}', 'SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}', 'ya29\\.[A-Za-z0-9_-]{60}', 'eyJ[A-Za-z0-9_-]{20}\\.eyJ[A-Za-z0-9_-]{20}\\.',
  '-----BEGIN [A-Z ]*PRIVATE KEY-----', 'dop_v1_[a-f0-9]{64}', 'shpat_[a-f0-9]{32}', 'EAACEdEose0cBA[0-9A-Za-z]{20}', 'key-[0-9a-f]{32}',
];
const secrets = [1, 2, 3, 4, 5].map((n) => `bench-secret-${n}-Zq81kVx0Lw93Tr`);

/** Runs every target once a round, in another order each time, and returns the table's rows. */
export async function benchEgress(root: string, rounds: number, amounts: Amounts): Promise<{ readonly rows: string[][]; readonly missing: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'bottle-egress-bench-'));
  const files = certificates(folder);
  const upstream = spawn(process.execPath, [join(root, 'test/bench/egress/upstream.mjs'), files.cert, files.key], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: upstream.stdout }), 'line')) as [string];
    const upstreamPort = Number(line);
    const rules = { host: '127.0.0.1', prefixes: ['/v1/', '/api/'], secrets, tokens };
    const setting: Setting = { folder, root, rules, upstreamPort, upstreamCa: files.ca, ca: authority() };
    const missing: string[] = [];
    const targets = [direct, bottle, ...pythonProxies(), mockttp];
    const found = new Map<string, Round[]>();
    const memory: { down: number; up: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
        if (missing.some((line) => line.startsWith(`${target.name}:`))) continue;
        let started: Running | undefined;
        try {
          started = target === direct ? undefined : await target.start(setting);
          const way: Way = { proxy: started?.proxy ?? null, upstreamPort };
          const pid = started?.process.pid;
          found.set(target.name, [...(found.get(target.name) ?? []), await measure(way, pid, started?.listenMs ?? 0, amounts)]);
          if (target === bottle && round === 0 && pid !== undefined) memory.push(await gigabyteEachWay(way, pid));
        } catch (error) {
          missing.push(`${target.name}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
        }
        await started?.end();
      }
    }
    return { rows: rowsOf(found, memory[0]), missing };
  } finally {
    upstream.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

export function certificates(folder: string): { readonly ca: string; readonly cert: string; readonly key: string } {
  const [ca, caKey, cert, key, request, extensions] = ['ca.pem', 'ca.key', 'leaf.pem', 'leaf.key', 'leaf.csr', 'leaf.ext'].map((name) => join(folder, name));
  const openssl = (...args: (string | undefined)[]): void => void execFileSync('openssl', args.map((one) => one ?? ''), { stdio: 'ignore' });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...fresh, '-subj', '/CN=bench upstream', '-days', '2', '-keyout', caKey, '-out', ca);
  openssl('req', ...fresh, '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', request);
  writeFileSync(extensions ?? '', 'subjectAltName=IP:127.0.0.1\n');
  openssl('x509', '-req', '-in', request, '-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', extensions, '-out', cert);
  readFileSync(cert ?? '');
  return { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
}

type Column = readonly [title: string, value: (round: Round) => number, digits: number];

const columns: readonly Column[] = [
  ['CPU ms, small request', (round) => round.cpuSmall, 3],
  ['requests/s, 16 connections', (round) => round.rate, 0],
  ['CPU ms, 200 KB POST', (round) => round.cpuPost, 2],
  ['CPU ms, new connection', (round) => round.cpuConnection, 2],
  ['first event ms', (round) => round.firstEvent, 1],
  ['p99 ms beside 16 MiB uploads', (round) => round.p99Beside, 1],
  ['idle RSS MB', (round) => round.idleRss / 1e6, 0],
  ['listening ms', (round) => round.listenMs, 0],
];

/** One row a target, medians; below them ours against each other, paired by round. */
function rowsOf(found: ReadonlyMap<string, readonly Round[]>, memory: { down: number; up: number } | undefined): string[][] {
  const middle = (values: readonly number[]): number => percentile(values, 0.5);
  const rows = [['target', ...columns.map(([title]) => title)]];
  for (const [name, rounds] of found) rows.push([name, ...columns.map(([, value, digits]) => middle(rounds.map(value)).toFixed(digits))]);
  const ours = found.get(bottle.name) ?? [];
  for (const [name, rounds] of found) {
    if (name === bottle.name) continue;
    const ratio = ([, value]: Column): string => {
      const pairs = ours.map((round, index) => value(round) / value(rounds[index] ?? round)).filter((one) => Number.isFinite(one));
      return pairs.length === 0 ? '' : middle(pairs).toFixed(2);
    };
    rows.push([`bot-bottle : ${name}`, ...columns.map(ratio)]);
  }
  const growth = memory === undefined ? '' : `${(memory.down / 1e6).toFixed(0)} MB down, ${(memory.up / 1e6).toFixed(0)} MB up`;
  rows.push(['growth of RSS, 1 GB each way', growth, ...columns.slice(1).map(() => '')]);
  return rows;
}
