import * as nodePty from '@lydell/node-pty';
import { closeSync, constants, openSync } from 'node:fs';
import type { ReadStream } from 'node:tty';

declare module '@lydell/node-pty' {
  /** What the package exports beside its declared `spawn`: a terminal pair without a process. */
  interface OpenedPair {
    readonly master: ReadStream;
    readonly slave: ReadStream;
    readonly fd: number;
    readonly ptsName: string;
    resize(columns: number, rows: number): void;
  }
  function open(options: { cols: number; rows: number; encoding: null }): OpenedPair;
}

/** Terminal size in character cells. */
export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** Our end of a terminal whose other end a sandboxed process holds. */
export interface Pty {
  readonly master: ReadStream;
  resize(size: Size): void;
  /** The other end, for the process to be started; call `release` when it has been. */
  readonly slave: number;
  release(): void;
  close(): void;
}

/** All terminals of this bottle. Knows their descriptors, because the library lets children inherit them. */
export class Ptys {
  readonly #masters = new Set<number>();

  /** Descriptors that a new process must not get. */
  get masters(): ReadonlySet<number> {
    return this.#masters;
  }

  open(size: Size): Pty {
    const pair = nodePty.open({ ...size, encoding: null });
    const slave = openSync(pair.ptsName, constants.O_RDWR | constants.O_NOCTTY);
    // The library reads this end too, and would take the agent's input away.
    pair.slave.destroy();
    this.#masters.add(pair.fd);
    const forget = (): void => void this.#masters.delete(pair.fd);
    // EIO is how Linux says that the last process left the terminal.
    pair.master.on('error', forget);
    pair.master.once('close', forget);
    return {
      master: pair.master,
      slave,
      resize: ({ cols, rows }) => {
        if (!pair.master.destroyed) pair.resize(cols, rows);
      },
      release: () => closeSync(slave),
      close: () => void pair.master.destroy(),
    };
  }
}
