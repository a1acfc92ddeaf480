import { open, readdir, rename, rm, symlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { keptSegments, longestLine, segmentBases, segmentName, surplus } from '../../../schemas/protocol/logSegments.ts';
import type { FollowedLine } from './controlClient.ts';
import { logEnd, segmentsOf } from './logSegments.ts';

/** Number of segments that a copy keeps when it is not the usual one. */
export interface LogCopyLimits {
  readonly keptSegments: number;
}

/**
 * A copy of the log of a sidecar that keeps its own elsewhere. Each line goes to the place it has there, in a segment of
 * the same name, so that offsets are the same and several processes that copy at once write the same.
 */
export class LogCopy {
  readonly #path: string;
  readonly #kept: number;
  /** Where the copy ends: what to follow the sidecar from. */
  readonly end: number;
  #written: Promise<void> = Promise.resolve();
  #segment: { readonly base: number; readonly file: FileHandle } | undefined;
  #at: number;

  private constructor(path: string, end: number, limits: LogCopyLimits) {
    this.#path = path;
    this.#kept = limits.keptSegments;
    this.end = end;
    this.#at = end;
  }

  static async open(path: string, limits: LogCopyLimits = { keptSegments }): Promise<LogCopy> {
    const end = await lastWholeLine(path);
    const copy = new LogCopy(path, end, limits);
    // An empty log is there for its readers from the start.
    if (end === 0) await copy.#fileOf(0);
    return copy;
  }

  /** Lines are written one after the other; `finished` tells how that went. */
  add(followed: FollowedLine): void {
    this.#written = this.#written.then(() => this.#add(followed));
    // Kept for `finished`; not an unhandled rejection before somebody asks.
    this.#written.catch(() => undefined);
  }

  /** Resolves when everything added is written; rejects when that failed. */
  async finished(): Promise<void> {
    try {
      await this.#written;
    } finally {
      await this.#segment?.file.close();
      this.#segment = undefined;
    }
  }

  async #add({ offset, segment, line }: FollowedLine): Promise<void> {
    const text = Buffer.from(`${JSON.stringify(line)}\n`);
    const file = await this.#fileOf(segment);
    const start = Math.max(segment, offset - text.length);
    // Between lines may lie what was no line: half of one, ended so that the next is readable.
    const hole = start - Math.max(this.#at, segment);
    if (hole > 0) await file.write(Buffer.concat([Buffer.alloc(hole - 1, ' '), Buffer.from('\n')]), 0, hole, start - hole - segment);
    await file.write(text, 0, text.length, start - segment);
    this.#at = offset;
  }

  async #fileOf(base: number): Promise<FileHandle> {
    if (this.#segment?.base === base) return this.#segment.file;
    await this.#segment?.file.close();
    const name = segmentName(basename(this.#path), base);
    const file = await open(this.#beside(name), constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#segment = { base, file };
    const bases = segmentBases(basename(this.#path), await readdir(dirname(this.#path)));
    for (const old of surplus(bases, this.#kept)) await rm(this.#beside(segmentName(basename(this.#path), old)), { force: true });
    if (bases.at(-1) === base) await this.#link(name);
    return file;
  }

  async #link(name: string): Promise<void> {
    const temporary = `${this.#path}.${randomBytes(6).toString('hex')}`;
    await symlink(name, temporary);
    await rename(temporary, this.#path);
  }

  #beside(name: string): string {
    return join(dirname(this.#path), name);
  }
}

/** Behind the last line end: a process that was killed may have left half a line. */
async function lastWholeLine(path: string): Promise<number> {
  const newest = (await segmentsOf(path)).at(-1);
  const end = await logEnd(path);
  if (newest === undefined) return 0;
  const file = await open(newest.path, 'r');
  try {
    const length = Math.min(longestLine, end - newest.base);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, end - newest.base - length);
    const stop = buffer.lastIndexOf(10);
    return stop < 0 ? end - length : end - length + stop + 1;
  } finally {
    await file.close();
  }
}
