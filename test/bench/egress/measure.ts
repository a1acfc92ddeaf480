import { readFileSync } from 'node:fs';
import { get, open, post, type Connection, type Way } from './client.ts';

/** What one round found out about one target. Milliseconds and bytes; undefined where it was not asked. */
export interface Round {
  readonly listenMs: number;
  readonly idleRss: number;
  readonly cpuSmall: number;
  readonly rate: number;
  readonly cpuPost: number;
  readonly cpuConnection: number;
  readonly firstEvent: number;
  readonly p99Beside: number;
}

/** How much of each is done. */
export interface Amounts {
  readonly small: number;
  readonly posts: number;
  readonly connections: number;
}

const tickMs = 10;
const mebibyte = 1024 * 1024;

/** Processor milliseconds of a process so far, user and system; 0 without one. Resolution: one clock tick, 10 ms. */
export function cpuOf(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** Resident bytes of a process: now, or the most so far. */
export function memoryOf(pid: number | undefined, which: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  if (pid === undefined) return 0;
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024;
}

async function costOf(pid: number | undefined, times: number, work: () => Promise<void>): Promise<number> {
  const before = cpuOf(pid);
  await work();
  return (cpuOf(pid) - before) / times;
}

/** Something like a request to a model: JSON with prose and code in it, of this many bytes. */
export function chatBody(bytes: number): Buffer {
  const words = 'The function reads each file once and returns the mean of its numbers, or zero when there is none. const sum = numbers.reduce((a, b) => a + b, 0); ';
  const start = '{"model":"m","messages":[{"role":"user","content":"';
  const end = '"}]}';
  return Buffer.from(start + words.repeat(Math.ceil(bytes / words.length)).slice(0, bytes - start.length - end.length) + end);
}

/** One round over a target that runs and is warm. */
export async function measure(way: Way, pid: number | undefined, listenMs: number, amounts: Amounts): Promise<Round> {
  const idleRss = memoryOf(pid);
  await warmUp(way);
  let rate = 0;
  const cpuSmall = await costOf(pid, amounts.small, async () => {
    const ms = await sixteenAtOnce(way, amounts.small);
    rate = amounts.small / (ms / 1000);
  });
  const body = chatBody(200 * 1024);
  const cpuPost = await costOf(pid, amounts.posts, async () => {
    const connection = await open(way);
    for (let n = 0; n < amounts.posts; n++) await connection.request(post('/v1/messages', body.length), body);
    connection.close();
  });
  const cpuConnection = await costOf(pid, amounts.connections, async () => {
    for (let n = 0; n < amounts.connections; n++) {
      const connection = await open(way);
      await connection.request(get('/v1/small'));
      connection.close();
    }
  });
  const events = await open(way);
  const { firstMs } = await events.request(get('/v1/events'));
  events.close();
  return { listenMs, idleRss, cpuSmall, rate, cpuPost, cpuConnection, firstEvent: firstMs, p99Beside: await besideUploads(way) };
}

async function warmUp(way: Way): Promise<void> {
  const connection = await open(way);
  for (let n = 0; n < 3000; n++) await connection.request(get('/v1/small'));
  const body = chatBody(200 * 1024);
  for (let n = 0; n < 50; n++) await connection.request(post('/v1/messages', body.length), body);
  connection.close();
}

async function sixteenAtOnce(way: Way, requests: number): Promise<number> {
  const connections = await Promise.all(Array.from({ length: 16 }, () => open(way)));
  const began = performance.now();
  let left = requests;
  await Promise.all(
    connections.map(async (connection) => {
      while (left-- > 0) await connection.request(get('/v1/small'));
    }),
  );
  const ms = performance.now() - began;
  for (const connection of connections) connection.close();
  return ms;
}

/** The 99th percentile of small requests, in milliseconds, while another connection uploads 16 MiB bodies. */
async function besideUploads(way: Way): Promise<number> {
  const [uploads, small] = await Promise.all([open(way), open(way)]);
  const body = chatBody(16 * mebibyte);
  let busy = true;
  const uploading = (async () => {
    for (let n = 0; n < 3; n++) await uploads.request(post('/v1/take', body.length), body);
    busy = false;
  })();
  const times: number[] = [];
  while (busy) times.push((await small.request(get('/v1/small'))).ms);
  await uploading;
  for (const connection of [uploads, small]) connection.close();
  return percentile(times, 0.99);
}

/** Peak growth of resident memory, in bytes, while a gigabyte goes each way. */
export async function gigabyteEachWay(way: Way, pid: number): Promise<{ readonly down: number; readonly up: number }> {
  const through = async (work: (connection: Connection) => Promise<unknown>): Promise<number> => {
    const connection = await open(way);
    const before = memoryOf(pid);
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, memoryOf(pid))), 50);
    await work(connection);
    clearInterval(watch);
    connection.close();
    return most - before;
  };
  const gigabyte = 1024 * mebibyte;
  const block = chatBody(256 * 1024);
  async function* blocks(): AsyncGenerator<Buffer> {
    for (let sent = 0; sent < gigabyte; sent += block.length) yield block;
  }
  await through((connection) => connection.request(get(`/v1/give?bytes=${64 * mebibyte}`)));
  return {
    down: await through((connection) => connection.request(get(`/v1/give?bytes=${gigabyte}`))),
    up: await through((connection) => connection.request(post('/v1/take', gigabyte), blocks())),
  };
}

export function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;
}
