import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { execChannel, type TerminalOpening } from '../../schemas/protocol/terminal.ts';
import { exitCodeOf } from './exitCode.ts';
import { killTree } from './processTree.ts';
import type { Ptys, Size } from './pty.ts';
import type { Sandboxes } from './sandbox.ts';
import type { Sender } from './sender.ts';
import { writeOrHold } from './terminal.ts';

/** A command that runs beside the agent for one client. */
export interface Command {
  /** Its exit code, when it and its output are over. */
  readonly exited: Promise<number>;
  input(bytes: Buffer): void;
  inputEnd(): void;
  resize(size: Size): void;
  /** Ends it and every process it started that is still of its tree or session. */
  kill(): void;
}

/** A program may leave children that hold its output open; they do not hold up its end. Milliseconds. */
const restOfOutputMs = 300;

const endOfTransmission = Buffer.from([4]);

export function startCommand(sandboxes: Sandboxes, ptys: Ptys, pid: number, opening: TerminalOpening & { type: 'exec' }, client: Sender): Command {
  const pty = opening.tty === undefined ? undefined : ptys.open(opening.tty);
  const child = sandboxes.command(pid, opening.argv, pty);
  const sources = pty === undefined ? { stdout: child.stdout, stderr: child.stderr } : { stdout: pty.master };
  const ends = Object.entries(sources).map(async ([name, source]) => {
    if (source === null) return;
    const channel = Buffer.from([name === 'stderr' ? execChannel.stderr : execChannel.stdout]);
    source.on('data', (chunk: Buffer) => {
      client.bytes(Buffer.concat([channel, chunk]));
      if (!client.full) return;
      source.pause();
      client.whenReady(() => source.resume());
    });
    await once(source, 'close').catch(() => undefined);
  });
  const target = pty?.master ?? child.stdin;
  // A command that does not read its input to the end is no error.
  target?.on('error', () => undefined);
  return {
    exited: once(child, 'exit').then(async ([code, signal]: unknown[]) => {
      await Promise.race([Promise.all(ends), delay(restOfOutputMs)]);
      pty?.close();
      return exitCodeOf(code, signal);
    }),
    input: (bytes) => {
      if (target !== null) writeOrHold(target, bytes, client);
    },
    inputEnd: () => {
      if (pty === undefined) child.stdin?.end();
      else pty.master.write(endOfTransmission);
    },
    resize: (size) => pty?.resize(size),
    kill: () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killTree(child.pid);
    },
  };
}
