import type { Readable } from 'node:stream';
import type { RoutesFile } from '../../../schemas/policy/routesFile.ts';
import type { DoctorCheck, DoctorReport } from '../../../schemas/protocol/bottle.ts';
import type { RunningBottle } from '../backends/backend.ts';
import type { Client, Outcome } from './client.ts';
import { judge, missing } from './client.ts';
import { clients as everyClient } from './table.ts';
import { targetOf } from './target.ts';
import type { RouteTarget } from './target.ts';

/** Agents try a request again for a while before they give up. Milliseconds. */
const PATIENCE_MS = 60_000;

/** At once; each is a program that takes a processor for a moment. */
const TOGETHER = 2;

/** Of what a program says, this much is read; it is the agent's world, so it may say anything. Characters. */
const LONGEST_OUTPUT = 64 * 1024;

/** Runs every client that is there once, as the agent and from inside the bottle, against what its routes allow. */
export async function clientMatrix(bottle: Pick<RunningBottle, 'exec'>, routes: RoutesFile, list: readonly Client[] = everyClient): Promise<DoctorReport> {
  const target = targetOf(routes);
  if (target === undefined) {
    const none: DoctorCheck = { id: 'clients', ok: false, detail: 'no route of this bottle allows a GET, so there is nothing to try', fix: 'Add a route to the bottle, e.g. one without matches.' };
    return { ok: false, checks: [none] };
  }
  const checks: DoctorCheck[] = [];
  const waiting = [...list.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, client] = next;
      checks[index] = await check(bottle, client, target);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
  return { ok: checks.every((one) => one.ok), checks };
}

async function check(bottle: Pick<RunningBottle, 'exec'>, client: Client, target: RouteTarget): Promise<DoctorCheck> {
  const program = await found(bottle, client.needs);
  const { status, detail, fix } = program === undefined ? missing(client) : judge(client, await run(bottle, client.argv(program, target)));
  return { id: `client.${client.id}`, ok: status !== 'fail', status, detail: status === 'missing' ? detail : `${target.place}: ${detail}`, fix };
}

async function found(bottle: Pick<RunningBottle, 'exec'>, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const { code, stdout } = await run(bottle, ['/bin/sh', '-c', 'command -v "$1"', 'sh', name]);
    if (code === 0 && stdout.trim().startsWith('/')) return stdout.trim();
  }
  return undefined;
}

async function run(bottle: Pick<RunningBottle, 'exec'>, argv: readonly string[]): Promise<Outcome> {
  const session = await bottle.exec({ argv });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      session.kill();
      resolve(null);
    }, PATIENCE_MS);
  });
  session.stdin.on('error', () => undefined);
  session.stdin.end();
  const [stdout, stderr] = [collected(session.stdout), collected(session.stderr)];
  try {
    const code = await Promise.race([session.exited, late]);
    return { code, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(timer);
  }
}

/** Reads on to the end, keeps the last part. */
function collected(stream: Readable): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-LONGEST_OUTPUT);
  });
  stream.on('error', () => undefined);
  return () => text;
}
