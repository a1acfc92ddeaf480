import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Io } from './io.ts';

/** Asks one line on the terminal. Callers check `isInteractive` first. An end of input answers with ''. */
export async function askLine(io: Io, question: string, options: { readonly hidden?: boolean } = {}): Promise<string> {
  io.stderr.write(question);
  const echo = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (options.hidden !== true) io.stderr.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: io.stdin, output: echo, terminal: true, historySize: 0 });
  const aborted = new AbortController();
  reader.once('close', () => aborted.abort());
  reader.once('SIGINT', () => reader.close());
  try {
    return await reader.question('', { signal: aborted.signal });
  } catch {
    return '';
  } finally {
    reader.close();
    io.stderr.write('\n');
  }
}

/** A yes must be said; everything else is a no. */
export async function askYes(io: Io, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await askLine(io, `${question} [y/N] `)).trim());
}
