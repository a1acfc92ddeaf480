import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { logLineSchema } from '../../../../schemas/protocol/egressLog.ts';
import { segmentBases, segmentName } from '../../../../schemas/protocol/logSegments.ts';
import { listSlugs, stateFolder } from '../../bottle/stateFolder.ts';
import type { SeenHost } from './world.ts';

const logName = 'log.jsonl';

/** How much of the end of each log is read, in bytes: what was asked for lately is what a person is about to write. */
const tail = 256 * 1024;

/** Hosts in the egress logs of all bottles, those blocked most often first. */
export async function seenHosts(home: string): Promise<readonly SeenHost[]> {
  const counts = new Map<string, { blocked: number; allowed: number }>();
  for (const slug of await listSlugs(home)) {
    for (const text of await lastLines(join(stateFolder(home, slug), 'egress'))) {
      const line = parsed(text);
      if (line === undefined || line.host === '') continue;
      // A route without a port covers both.
      const host = line.port === 443 || line.port === 80 ? line.host : `${line.host}:${line.port}`;
      const count = counts.get(host) ?? { blocked: 0, allowed: 0 };
      if (line.verdict === 'block') count.blocked++;
      else count.allowed++;
      counts.set(host, count);
    }
  }
  return [...counts].map(([host, count]) => ({ host, ...count })).sort((a, b) => b.blocked - a.blocked || b.allowed - a.allowed || (a.host < b.host ? -1 : 1));
}

/** Of the newest two segments, because the newest may just have begun. */
async function lastLines(folder: string): Promise<readonly string[]> {
  const bases = segmentBases(logName, await readdir(folder).catch(() => []));
  const files = bases.length === 0 ? [logName] : bases.slice(-2).map((base) => segmentName(logName, base));
  return (await Promise.all(files.map((file) => logTail(join(folder, file))))).flatMap((text) => text.split('\n'));
}

async function logTail(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tail);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(tail, size)), 0, Math.min(tail, size), from);
    return buffer.subarray(0, bytesRead).toString();
  } finally {
    await file.close();
  }
}

/** A line that is cut off or no decision counts for nothing. */
function parsed(text: string) {
  try {
    return logLineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
