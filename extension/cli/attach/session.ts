import type { Readable, Writable } from 'node:stream';
import type { TtySize } from '../../core/backends/backend.ts';
import type { Io, Screen } from '../io.ts';
import { pour } from '../pour.ts';
import { createDetachKeys } from './detachKeys.ts';

/** A terminal of the bottle, attached or made for one command. */
export interface Session {
  readonly output: Readable;
  readonly input: Writable;
  resize(size: TtySize): Promise<void>;
  readonly exited: Promise<number | null>;
  /** Lets go of it. */
  detach(): void;
}

export interface SessionOptions {
  /** Where the output goes: stdout, or stderr when stdout carries JSON. */
  readonly screen: Screen;
  /** Makes output harmless; called with every chunk in order. */
  readonly filter: (chunk: Uint8Array) => Uint8Array;
  /** What the session was told of the window when it began. */
  readonly size: TtySize;
}

/**
 * Private modes of a full-screen program that are off in a shell: the alternate screen, application keys, reverse video,
 * margins, mouse, focus and paste reports, output held back, and reports of theme and size, which would be typed there.
 */
const modesOff = [1049, 1, 5, 69, 9, 1000, 1002, 1003, 1005, 1006, 1015, 1016, 1004, 2004, 2026, 2031, 2048];

/**
 * Leaves what a full-screen program may have switched on: cursor save around leaving the alternate screen (so that a
 * normal screen keeps its cursor), modes, keyboard protocols, colours; lines wrap and the cursor shows.
 */
const restoreScreen = ['7', ...modesOff.map((mode) => `[?${mode}l`), '[4l', '>', '[>4;0m', '[<u', '[0m', '[?7h', '[?25h'].map((sequence) => `\u001b${sequence}`).join('');

/** Size of the window, or that of a classic terminal where there is none. */
export function sizeOf(screen: Screen): TtySize {
  return { cols: screen.columns || 80, rows: screen.rows || 24 };
}

/**
 * How it ended: with an exit code; `left` by the person, who pressed Ctrl-P Ctrl-Q, closed the window or sent a signal;
 * or `cut` off without a code, which only a look at the bottle can explain.
 */
export type SessionEnd = number | 'left' | 'cut';

/** Joins this process's terminal to the session until its end. The terminal is as before afterwards. */
export async function runSession(io: Io, session: Session, options: SessionOptions): Promise<SessionEnd> {
  const { screen } = options;
  const live = io.stdin.isTTY === true;
  const keys = createDetachKeys();
  let left = false;
  const leave = (): void => {
    left = true;
    session.detach();
  };
  let told: TtySize | undefined = options.size;
  const resized = (): void => {
    const size = sizeOf(screen);
    if (!live || (told?.cols === size.cols && told.rows === size.rows)) return;
    told = size;
    session.resize(size).catch(() => (told = undefined));
  };
  const typed = (chunk: Uint8Array): void => {
    // What the other side did not take, it is told again.
    resized();
    const { forward, detach } = live ? keys(chunk) : { forward: chunk, detach: false };
    if (forward.length > 0 && !session.input.write(forward)) pauseUntilDrained(io.stdin, session.input);
    if (detach) leave();
  };
  // A terminal that ends is a closed window. A pipe that ends has just nothing more to say.
  const ended = (): void => {
    if (live) leave();
  };
  session.input.on('error', () => undefined);
  screen.on('error', leave);
  io.stdin.on('data', typed).on('end', ended).on('error', ended);
  const undo = [
    io.on('SIGHUP', leave),
    io.on('SIGTERM', leave),
    // Without a terminal no key makes the interrupt character, so the signal is for us.
    ...(live ? [io.on('SIGWINCH', resized)] : [io.on('SIGINT', leave)]),
  ];
  if (live) {
    io.stdin.setRawMode?.(true);
    io.passOutputUntouched();
  }
  io.stdin.resume();
  // The window may have changed while the session was opened.
  resized();
  try {
    await pour(session.output, screen, options.filter, () => left);
    return left ? 'left' : ((await session.exited) ?? 'cut');
  } finally {
    for (const step of undo) step();
    io.stdin.off('data', typed).off('end', ended).off('error', ended);
    io.stdin.pause();
    if (live) io.stdin.setRawMode?.(false);
    if (screen.isTTY === true && !screen.destroyed) screen.write(restoreScreen);
    screen.off('error', leave);
  }
}

function pauseUntilDrained(from: Readable, to: Writable): void {
  from.pause();
  to.once('drain', () => from.resume());
}
