import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createScanner } from '../../../sidecars/egress/dlp/scanner.ts';
import { engine } from '../../../sidecars/egress/dlp/engine.ts';
import { scanLimits } from '../../../sidecars/egress/dlp/limits.ts';
import { benignBodies } from './benign.ts';
import { random } from '../../support/random.ts';
import { everything, scan, secretsOf } from './recall.ts';

export { evasionRecall, plainRecall } from './recall.ts';

/** What was measured, in words and as it reads. */
export type Row = readonly [what: string, value: string, wanted: string];

const home = 'upstream.example';

/** Processor time of this process, in milliseconds: other work on the machine does not count. */
async function cpu(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function medianCpu(rounds: number, work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds + 2; round++) times.push(await cpu(work));
  return times.slice(2).sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? NaN;
}

/** Text of the kind that goes to a model: code and prose in JSON, with identifiers, hashes and some base64. */
export function chatText(root: string, bytes: number): Buffer {
  const source = readFileSync(join(root, 'node_modules/typescript/lib/typescript.js')).subarray(0, bytes).toString('latin1');
  const lock = readFileSync(join(root, 'package-lock.json')).subarray(0, Math.floor(bytes / 8)).toString('latin1');
  const pieces = Array.from({ length: 40 }, (_, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: source.slice((i * source.length) / 40, ((i + 1) * source.length) / 40) }));
  return Buffer.from(JSON.stringify({ messages: [...pieces, { role: 'user', content: lock }] }), 'latin1').subarray(0, bytes);
}

export async function throughput(root: string): Promise<Row[]> {
  const secrets = secretsOf(10, 7);
  const built = engine(secrets, scanLimits);
  const scanner = createScanner(secrets);
  const prose = chatText(root, 4 << 20);
  const plain = async (): Promise<void> => {
    for (let at = 0; at < prose.length; at += 65536) {
      built.exact.search.find(prose, Math.max(0, at - 100), Math.min(prose.length, at + 65536), () => undefined);
      built.tokens.find(prose, Math.max(0, at - 24), Math.min(prose.length, at + 65536), () => undefined);
    }
  };
  const call = chatText(root, 200_000);
  const mib = chatText(root, 1 << 20);
  const pictures = Buffer.from(JSON.stringify({ image: random(3).bytes(150_000).toString('base64') }));
  const escapes = Buffer.from(Array.from({ length: 200_000 / 6 }, (_, i) => `\\u00${(0x61 + (i % 26)).toString(16)}`).join(''));
  const times = (work: () => unknown, count: number) => async (): Promise<void> => {
    for (let i = 0; i < count; i++) await work();
  };
  const perMs = prose.length / 1000;
  const msFor = async (body: Buffer): Promise<number> => (await medianCpu(9, times(() => scan(scanner, body), 10))) / 10;
  const head = (): unknown => scanner.head({ host: 'api.corp.example', method: 'POST', target: '/v1/messages?beta=true', headers: [['User-Agent', 'cli/2.0 (external)'], ['Content-Type', 'application/json'], ['Accept', 'application/json'], ['X-Request-Id', '0b9e2f2e-7d0c-4d53-9f3e-2f0b6a1f4a77']], detectors: everything });
  return [
    ['known secrets and tokens, plain text, 10 secrets', `${Math.round(perMs / (await medianCpu(9, plain)))} MB/s`, 'at least 300'],
    ['a 200 KB call, with everything', `${(await msFor(call)).toFixed(2)} ms`, 'at most 2'],
    ['a 200 KB picture in base64', `${(await msFor(pictures)).toFixed(2)} ms`, ''],
    ['200 KB of nothing but escapes', `${(await msFor(escapes)).toFixed(2)} ms`, ''],
    ['1 MiB, with everything', `${((await msFor(mib)) ).toFixed(2)} ms`, ''],
    ['a head', `${Math.round(((await medianCpu(9, times(head, 500))) / 500) * 1000)} µs`, ''],
    ['an answer of 200 KB', `${((await medianCpu(9, times(async () => { const a = scanner.answer({ host: home, detectors: everything }); await a.push(call); await a.end(); }, 10))) / 10).toFixed(2)} ms`, ''],
  ];
}

/** Bodies that make most work of 1 MiB: everything escaped, encoded, cut up, or nearly a token. */
const worst: Readonly<Record<string, () => string>> = {
  'percent escapes': () => '%67'.repeat(350_000),
  '\\u escapes': () => '\\u0067'.repeat(175_000),
  'HTML references': () => '&#103;'.repeat(175_000),
  'quoted-printable': () => '=41=42 '.repeat(150_000),
  base64: () => random(5).bytes(780_000).toString('base64'),
  'base64 of base64': () => Buffer.from(random(6).bytes(580_000).toString('base64')).toString('base64'),
  hex: () => random(7).bytes(520_000).toString('hex'),
  'short lines of base64': () => `${random(8).bytes(21).toString('base64')}\n`.repeat(36_000),
  tags: () => `<${'<a>'.repeat(349_000)}`,
  'signs of tags': () => `<${'<a'.repeat(500_000)}`,
  'a form': () => 'a=1&'.repeat(262_000),
  'leads of tokens': () => ' AKIA -eyJh.sk-ant-api03-hf_a'.repeat(36_000),
  'leads inside of tokens': () => ('T3BlbkFJ '.repeat(900) + 'sk-'.repeat(2700) + '.atlasv1.'.repeat(1800)).repeat(33),
  'leads with nothing between': () => 'xoxb-glft-'.repeat(105_000),
  'names of secrets': () => 'aws_secret_key_'.repeat(70_000),
  'nearly a JWT': () => '-eyJhbGciOiJ'.repeat(87_000),
  'nearly private keys': () => `-----BEGIN PRIVATE KEY-----\n${'QUFB '.repeat(40)}\n`.repeat(4_500),
  'quotes': () => '"a":"b",'.repeat(131_000),
  'characters of three bytes': () => '\u2003\uff41'.repeat(174_000),
  'gzip headers': () => Buffer.from('1f8b080800000000000361', 'hex').toString('latin1').repeat(95_000),
  'phrases': () => 'ignore all the previous and prior of these instruct '.repeat(20_000),
};

/**
 * Longest work in one go while such a body is scanned: processor time between two turns of the event loop, in
 * milliseconds, the middle of three rounds. The clock would measure the machine.
 */
export async function stalls(): Promise<Row[]> {
  const scanner = createScanner(secretsOf(10, 7));
  const rows: Row[] = [];
  for (const [name, make] of Object.entries(worst)) {
    const body = Buffer.from(make(), 'latin1').subarray(0, 1 << 20);
    const longest: number[] = [];
    for (let round = 0; round < 5; round++) {
      longest.push(await longestTurn(() => scan(scanner, body)));
      longest.push(await longestTurn(async () => {
        const answer = scanner.answer({ host: home, detectors: everything });
        await answer.push(body);
        await answer.end();
      }));
    }
    rows.push([`longest work in one go, 1 MiB of ${name}`, `${longest.slice(2).sort((a, b) => a - b)[4]?.toFixed(1)} ms`, 'at most 20']);
  }
  return rows;
}

async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let before = process.cpuUsage();
  let done = false;
  const measure = (): void => {
    const { user, system } = process.cpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.cpuUsage();
    if (!done) setImmediate(measure);
  };
  setImmediate(measure);
  await work();
  done = true;
  measure();
  return longest;
}

/** Bodies of the machine this runs on that were blocked, and what for. */
export async function falseBlocks(folders: readonly string[], most: number): Promise<{ readonly rows: Row[]; readonly blocked: readonly string[] }> {
  const scanner = createScanner(secretsOf(10, 7));
  const kinds = new Map<string, { all: number; blocked: number }>();
  const blocked: string[] = [];
  for (const { kind, name, body } of benignBodies(folders, most)) {
    const { findings, refusal } = await scan(scanner, body);
    const count = kinds.get(kind) ?? { all: 0, blocked: 0 };
    kinds.set(kind, count);
    count.all++;
    if (findings.length === 0 && refusal === undefined) continue;
    count.blocked++;
    blocked.push(`${name}: ${refusal ?? findings.map(({ rule }) => rule).join(', ')}`);
  }
  const counts = [...kinds.values()];
  const [all, bad] = [counts.reduce((sum, count) => sum + count.all, 0), blocked.length];
  const rows: Row[] = [...kinds].map(([kind, count]) => [`harmless bodies blocked: ${kind}`, `${count.blocked} of ${count.all}`, '']);
  return { rows: [...rows, ['harmless bodies blocked: all', `${bad} of ${all}, ${((bad / all) * 1000).toFixed(2)} of 1,000`, 'at most 1 of 1,000']], blocked };
}

/** Answers that are only documentation, security documentation among them, taken for injections. */
export async function falseAlarms(folders: readonly string[], most: number): Promise<{ readonly row: Row; readonly alarms: readonly string[] }> {
  const scanner = createScanner([]);
  const alarms: string[] = [];
  const bodies = benignBodies(folders, most).filter(({ kind }) => ['documentation', 'code', 'minified code', 'JSON'].includes(kind));
  for (const { name, body } of bodies) {
    const answer = scanner.answer({ host: home, detectors: everything });
    const findings = [...(await answer.push(body)).findings, ...(await answer.end()).findings];
    if (findings.length > 0) alarms.push(`${name}: ${findings.map(({ rule }) => rule).join(', ')}`);
  }
  return { row: ['harmless answers taken for injections', `${alarms.length} of ${bodies.length}`, ''], alarms };
}
