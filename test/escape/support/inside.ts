import type { Readable } from 'node:stream';
import type { RunningBottle, TtySize } from '../../../extension/core/backends/backend.ts';

/** What a command inside a bottle said and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly tty?: TtySize;
  readonly patienceMs?: number;
}

/** Runs a command as the agent would. One that takes longer than the patience is ended and reported as a failure. */
export async function run(bottle: RunningBottle, argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const session = await bottle.exec({ argv, ...(options.tty === undefined ? {} : { tty: options.tty }) });
  const patience = options.patienceMs ?? 30_000;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      session.kill();
      reject(new Error(`${argv.join(' ')} did not end within ${patience} ms`));
    }, patience);
  });
  const [out, err] = [text(session.stdout), text(session.stderr)];
  // The command may end before it reads; that is not what is being looked at.
  session.stdin.on('error', () => undefined);
  if (options.tty === undefined) session.stdin.end(options.input ?? '');
  try {
    const code = await Promise.race([session.exited, late]);
    return { code, out: await Promise.race([out, late]), err: await Promise.race([err, late]) };
  } finally {
    clearTimeout(timer);
  }
}

async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  return Buffer.concat(chunks).toString('utf8');
}
