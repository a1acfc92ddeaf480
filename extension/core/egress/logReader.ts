import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { logLineSchema } from '../../../schemas/protocol/egressLog.ts';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';

/** One decision on record. */
export interface LogEntry {
  /** Byte position behind the line: where to start to get only what follows. */
  readonly offset: number;
  /** Lines so far that were no decisions: damaged, or written by someone else. */
  readonly skipped: number;
  readonly line: LogLine;
}

export interface ReadLogOptions {
  /** Wait for more at the end until `signal` is aborted; else stop there. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

const CHUNK = 64 * 1024;

/** No line of ours is longer; more without a line end is not our log. */
const LONGEST_LINE = 256 * 1024;

/** Reads `log.jsonl` from a byte offset. A file that does not exist yet is empty. Lines that do not parse are counted and left out. */
export async function* readLog(path: string, offset: number, options: ReadLogOptions = {}): AsyncGenerator<LogEntry, void, undefined> {
  const signal = options.signal ?? new AbortController().signal;
  const changes = options.follow === true ? new Changes(path, signal) : undefined;
  const cursor = { offset, rest: Buffer.alloc(0), skipped: 0 };
  try {
    for (;;) {
      yield* entriesNow(path, cursor, signal);
      if (changes === undefined || !(await changes.next())) return;
    }
  } finally {
    changes?.close();
  }
}

interface Cursor {
  offset: number;
  rest: Buffer;
  skipped: number;
}

async function* entriesNow(path: string, cursor: Cursor, signal: AbortSignal): AsyncGenerator<LogEntry, void, undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    for (;;) {
      const at = cursor.offset + cursor.rest.length;
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK), 0, CHUNK, at);
      if (bytesRead === 0) return;
      cursor.rest = Buffer.concat([cursor.rest, buffer.subarray(0, bytesRead)]);
      for (let end = cursor.rest.indexOf(10); end >= 0; end = cursor.rest.indexOf(10)) {
        const line = parseLine(cursor.rest.subarray(0, end).toString());
        cursor.rest = cursor.rest.subarray(end + 1);
        cursor.offset += end + 1;
        if (signal.aborted) return;
        if (line === undefined) cursor.skipped++;
        else yield { offset: cursor.offset, skipped: cursor.skipped, line };
      }
      if (cursor.rest.length > LONGEST_LINE) {
        cursor.offset += cursor.rest.length;
        cursor.rest = Buffer.alloc(0);
      }
    }
  } finally {
    await handle.close();
  }
}

function parseLine(text: string): LogLine | undefined {
  try {
    return logLineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Remembers that the file changed, so that a change between reading and waiting is not missed. */
class Changes {
  readonly #watcher: FSWatcher;
  readonly #signal: AbortSignal;
  #pending = true;
  #wake: () => void = () => undefined;

  constructor(path: string, signal: AbortSignal) {
    this.#signal = signal;
    // The folder, not the file: it may not exist yet.
    this.#watcher = watch(dirname(path), (_event, name) => {
      if (name === null || name === basename(path)) this.#poke();
    });
    this.#watcher.on('error', () => this.#poke());
    signal.addEventListener('abort', this.#poke);
  }

  readonly #poke = (): void => {
    this.#pending = true;
    this.#wake();
  };

  /** Resolves true after a change, false when aborted. */
  async next(): Promise<boolean> {
    if (!this.#pending && !this.#signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#pending = false;
    return !this.#signal.aborted;
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#poke);
    this.#watcher.close();
  }
}
