import { spawnSync } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** The side of a stream that a person may sit at. */
export interface Screen extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Where keystrokes come from; raw mode exists on a terminal only. */
export interface Keyboard extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/** Everything a command touches of the process it runs in. */
export interface Io {
  readonly stdin: Keyboard;
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly pid: number;
  /**
   * Bytes to the terminal as they are, until raw mode ends. Node's raw mode leaves output processing on, which would turn
   * a full-screen program's line feed into a new line.
   */
  passOutputUntouched(): void;
  /** Runs `listener` when the process is told to end or the window changes; returns what undoes it. */
  on(signal: 'SIGINT' | 'SIGHUP' | 'SIGTERM' | 'SIGWINCH', listener: () => void): () => void;
}

/** The real process. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    pid: process.pid,
    passOutputUntouched: () => {
      if (process.platform !== 'win32') spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
    },
    on: (signal, listener) => {
      process.on(signal, listener);
      return () => process.off(signal, listener);
    },
  };
}

/** Whether a question can be asked and answered. */
export function isInteractive(io: Io): boolean {
  return io.stdin.isTTY === true && io.stderr.isTTY === true;
}
