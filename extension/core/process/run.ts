import { spawn } from 'node:child_process';
import { BottleError } from '../errors.ts';

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Most bytes kept of each output; the rest is dropped. Default 1 MiB. */
  readonly keep?: number;
}

export interface RunResult {
  /** Exit code; 128 + n after a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, without a shell. Throws `tool-missing` when it cannot be started, `cancelled` on abort. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program, ...args] = argv;
  if (program === undefined) throw new BottleError('internal', 'A program to run is missing.');
  const keep = options.keep ?? 1024 * 1024;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env === undefined ? process.env : { ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const out = collect(child.stdout, keep);
    const err = collect(child.stderr, keep);
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    child.once('error', (cause) => {
      if (options.signal?.aborted === true) reject(new BottleError('cancelled', `${program} was cancelled.`, { cause }));
      else reject(new BottleError('tool-missing', `${program} could not be started.`, { cause }));
    });
    child.once('close', (code, signal) => {
      resolve({ code: code ?? 128 + signalNumber(signal), stdout: out(), stderr: err() });
    });
  });
}

function collect(stream: NodeJS.ReadableStream, keep: number): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < keep) chunks.push(chunk.subarray(0, keep - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

const signals: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : (signals[signal] ?? 0);
}
