import { closeSync, fstatSync, lstatSync, openSync, readSync, readdirSync, renameSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { keptSegments, segmentBases, segmentBytes, segmentName, segmentOf, surplus } from '../../schemas/protocol/logSegments.ts';

/** Some lines of one segment, each with the offset behind it. Goes on at `next`. */
export interface LogSlice {
  readonly segment: number;
  readonly lines: readonly { readonly line: string; readonly end: number }[];
  readonly next: number;
}

/** Sizes other than the usual ones. */
export interface LineLogLimits {
  readonly segmentBytes: number;
  readonly keptSegments: number;
}

/** What a follower takes at once. */
const SLICE = 64 * 1024;

const LINE_END = 10;

/**
 * An append-only log of JSON lines in segments (`logSegments.ts`). Writes are synchronous: a decision is on record before
 * the next one is taken, and a full disk is known at once (`lost`), so that the caller can fail closed. Lines that could
 * not be written are counted, and the first one that can be again comes behind a line that says how many are missing.
 */
export class LineLog {
  readonly #path: string;
  readonly #limits: LineLogLimits;
  readonly #listeners = new Set<() => void>();
  #bases: number[];
  #descriptor: number;
  /** Size of the newest segment. */
  #size: number;
  #torn: boolean;
  #missing = 0;

  constructor(path: string, limits: LineLogLimits = { segmentBytes, keptSegments }) {
    // The link takes the place of what is there: only ever of an earlier link.
    const present = lstatSync(path, { throwIfNoEntry: false });
    if (!path.endsWith('.jsonl') || present?.isSymbolicLink() === false) throw new Error(`${path} is no place for a log: it has to end in .jsonl and be free`);
    this.#path = path;
    this.#limits = limits;
    this.#bases = segmentBases(basename(path), readdirSync(dirname(path)));
    if (this.#bases.length === 0) this.#bases = [0];
    this.#descriptor = openSync(this.#file(this.#base), 'a+', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
    this.#torn = this.#size > 0 && read(this.#descriptor, this.#size - 1, 1)[0] !== LINE_END;
    this.#link();
  }

  /** Offset behind the last line. */
  get bytes(): number {
    return this.#base + this.#size;
  }

  /** True after a failed write, until one succeeds. */
  get lost(): boolean {
    return this.#missing > 0;
  }

  /** Lines that could not be written since the last one that could. */
  get missing(): number {
    return this.#missing;
  }

  /** Path of a file in the log's folder. */
  beside(name: string): string {
    return join(dirname(this.#path), name);
  }

  /** Returns false when the line is not on record. `gapLine` makes the line that tells of those missing before it. */
  append(value: unknown, gapLine: (missing: number) => unknown): boolean {
    const told = this.#missing === 0 || this.#write(JSON.stringify(gapLine(this.#missing)));
    if (told) this.#missing = 0;
    const written = told && this.#write(JSON.stringify(value));
    if (!written) this.#missing++;
    for (const listener of this.#listeners) listener();
    return written;
  }

  /** Whole lines from byte `offset` on; undefined at the end. What is not there any more is left out: `segment` tells. */
  slice(offset: number): LogSlice | undefined {
    const segment = segmentOf(this.#bases, offset) ?? this.#base;
    const end = this.#bases.find((base) => base > segment) ?? this.bytes;
    const from = Math.max(offset, segment);
    if (from >= end) return undefined;
    const chunk = this.#read(segment, from - segment, Math.min(SLICE, end - from));
    const lines: { line: string; end: number }[] = [];
    let at = 0;
    for (let stop = chunk.indexOf(LINE_END); stop >= 0; stop = chunk.indexOf(LINE_END, at)) {
      lines.push({ line: chunk.toString('utf8', at, stop), end: from + stop + 1 });
      at = stop + 1;
    }
    // No line end: a line that was cut short, at the end of a segment or longer than any of ours.
    return { segment, lines, next: at > 0 ? from + at : chunk.length === SLICE ? from + SLICE : end };
  }

  /** Calls `listener` after each attempt to write. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    closeSync(this.#descriptor);
  }

  get #base(): number {
    return this.#bases.at(-1) ?? 0;
  }

  #file(base: number): string {
    return this.beside(segmentName(basename(this.#path), base));
  }

  #write(line: string): boolean {
    try {
      if (this.#size > 0 && this.#size + Buffer.byteLength(line) >= this.#limits.segmentBytes) this.#rotate();
      // A write cut short earlier left half a line: end it, so that this one stays readable.
      const bytes = Buffer.from(this.#torn ? `\n${line}\n` : `${line}\n`);
      const written = writeSync(this.#descriptor, bytes);
      this.#size += written;
      if (written > 0) this.#torn = written < bytes.length;
      return written === bytes.length;
    } catch {
      return false;
    }
  }

  /** The oldest goes first: on a full disk it makes the room for the next. */
  #rotate(): void {
    const next = this.bytes;
    const old = surplus(this.#bases, this.#limits.keptSegments - 1);
    for (const base of old) rmSync(this.#file(base), { force: true });
    this.#bases = this.#bases.slice(old.length);
    const descriptor = openSync(this.#file(next), 'ax+', 0o600);
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#bases.push(next);
    this.#size = 0;
    this.#torn = false;
    this.#link();
  }

  /** The link is for people and scripts; readers of ours go by the names of segments. */
  #link(): void {
    const temporary = `${this.#path}.next`;
    try {
      rmSync(temporary, { force: true });
      symlinkSync(segmentName(basename(this.#path), this.#base), temporary);
      renameSync(temporary, this.#path);
    } catch {
      // A full disk, or a file system without links. Lines go on record all the same.
    }
  }

  /** Empty when somebody took the segment away, or the disk does not give it. */
  #read(segment: number, position: number, length: number): Buffer {
    let opened: number | undefined;
    try {
      if (segment !== this.#base) opened = openSync(this.#file(segment), 'r');
      return read(opened ?? this.#descriptor, position, length);
    } catch {
      return Buffer.alloc(0);
    } finally {
      if (opened !== undefined) closeSync(opened);
    }
  }
}

function read(descriptor: number, position: number, length: number): Buffer {
  const chunk = Buffer.alloc(length);
  return chunk.subarray(0, readSync(descriptor, chunk, 0, length, position));
}
