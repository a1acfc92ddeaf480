import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { longestLine } from '../../../schemas/protocol/logSegments.ts';
import { logLineSchema } from '../../../schemas/protocol/egressLog.ts';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import { BottleError } from '../errors.ts';
import { FolderChanges } from './folderChanges.ts';
import { segmentsOf } from './logSegments.ts';
import type { Segment } from './logSegments.ts';

/** One decision on record. */
export interface LogEntry {
  /** Byte position behind the line: where to start to get only what follows. Stays the same when the log rotates. */
  readonly offset: number;
  /** Lines so far that were no decisions: damaged, or written by someone else. */
  readonly skipped: number;
  /** Bytes of the log so far that are not there any more: rotated away, or never brought here. */
  readonly missed: number;
  readonly line: LogLine;
}

/** How far a log was read, and what of it could not be. */
export type LogEnd = Omit<LogEntry, 'line'>;

/** How far to read. */
export interface ReadLogOptions {
  /** Wait for more at the end until `signal` is aborted; else stop there. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

const CHUNK = 64 * 1024;

/**
 * Reads the log whose newest part is `log.jsonl` from a byte offset, segment by segment. One that does not exist yet is
 * empty. Lines that do not parse are counted and left out; those behind the last decision are in the count that is returned.
 */
export async function* readLog(path: string, offset: number, options: ReadLogOptions = {}): AsyncGenerator<LogEntry, LogEnd, undefined> {
  const signal = options.signal ?? new AbortController().signal;
  const changes = options.follow === true ? new FolderChanges(dirname(path), basename(path).replace(/\.jsonl$/, '.'), signal) : undefined;
  const cursor = { offset, rest: Buffer.alloc(0), skipped: 0, missed: 0 };
  try {
    for (;;) {
      yield* entriesNow(path, cursor, signal);
      if (changes === undefined || !(await changes.next())) return { offset: cursor.offset, skipped: cursor.skipped, missed: cursor.missed };
    }
  } finally {
    changes?.close();
  }
}

/** The line of a request by its id; throws `not-found` when the log does not have it any more. */
export async function findRequest(path: string, id: string): Promise<LogLine> {
  for await (const { line } of readLog(path, 0)) if (line.id === id) return line;
  throw new BottleError('not-found', 'This request is not in the egress log any more.');
}

interface Cursor {
  /** Behind the last whole line. */
  offset: number;
  /** What was read of the line behind it. */
  rest: Buffer;
  skipped: number;
  missed: number;
}

async function* entriesNow(path: string, cursor: Cursor, signal: AbortSignal): AsyncGenerator<LogEntry, void, undefined> {
  // Listed before it is read: what ends in the list before the next one begins will not grow any more.
  const segments = await segmentsOf(path);
  for (const [index, segment] of segments.entries()) {
    const end = segments[index + 1]?.base;
    if (end !== undefined && cursor.offset >= end) continue;
    if (cursor.offset < segment.base) miss(cursor, segment.base);
    yield* entriesOf(segment, cursor, signal);
    if (signal.aborted) return;
    if (end !== undefined && cursor.offset < end) miss(cursor, end);
  }
}

/** Goes to `offset`; what lies between cannot be read. The beginning of a line there was cut short. */
function miss(cursor: Cursor, offset: number): void {
  if (cursor.rest.length > 0) cursor.skipped++;
  cursor.missed += offset - cursor.offset - cursor.rest.length;
  cursor.offset = offset;
  cursor.rest = Buffer.alloc(0);
}

async function* entriesOf(segment: Segment, cursor: Cursor, signal: AbortSignal): AsyncGenerator<LogEntry, void, undefined> {
  const handle = await open(segment.path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    for (;;) {
      const at = cursor.offset + cursor.rest.length - segment.base;
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK), 0, CHUNK, at);
      if (bytesRead === 0) return;
      cursor.rest = Buffer.concat([cursor.rest, buffer.subarray(0, bytesRead)]);
      for (let end = cursor.rest.indexOf(10); end >= 0; end = cursor.rest.indexOf(10)) {
        // Before the line is counted as read: who goes on from the returned place shall find it.
        if (signal.aborted) return;
        const line = parseLine(cursor.rest.subarray(0, end).toString());
        cursor.rest = cursor.rest.subarray(end + 1);
        cursor.offset += end + 1;
        if (line === undefined) cursor.skipped++;
        else yield { offset: cursor.offset, skipped: cursor.skipped, missed: cursor.missed, line };
      }
      if (cursor.rest.length > longestLine) {
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
