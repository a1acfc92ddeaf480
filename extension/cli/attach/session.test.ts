import { EventEmitter } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import type { TtySize } from '../../core/backends/backend.ts';
import type { Io } from '../io.ts';
import { runSession, type Session } from './session.ts';

/** A process's terminal as streams, with a record of what happened to it. */
function terminal(options: { readonly tty: boolean }) {
  const signals = new EventEmitter();
  const stdin = Object.assign(new PassThrough(), { isTTY: options.tty, raw: [] as boolean[], setRawMode: (raw: boolean) => stdin.raw.push(raw) });
  const stdout = Object.assign(new PassThrough(), { isTTY: options.tty, columns: 100, rows: 30 });
  const io: Io = {
    stdin, stdout, stderr: new PassThrough(), env: {}, cwd: '/', pid: 1, passOutputUntouched: () => undefined,
    on: (signal, listener) => {
      signals.on(signal, listener);
      return () => signals.off(signal, listener);
    },
  };
  return { io, stdin, stdout, signals };
}

/** An agent's terminal: what it prints, what it was typed, its sizes; it ends by `end(code)`. */
function agent() {
  const output = new PassThrough();
  const input = new PassThrough();
  const sizes: TtySize[] = [];
  let exit: (code: number | null) => void = () => undefined;
  const exited = new Promise<number | null>((resolve) => {
    exit = resolve;
  });
  const detach = (): void => {
    output.destroy();
    exit(null);
  };
  const session: Session = { output, input, exited, detach, resize: async (size) => void sizes.push(size) };
  return { session, output, input, sizes, end: (code: number | null) => (output.end(), exit(code)) };
}

const asIs = (chunk: Uint8Array): Uint8Array => chunk;

describe('an attached terminal', () => {
  test('output passes through the filter and the exit code comes back', async () => {
    const { io, stdout } = terminal({ tty: true });
    const { session, output, end } = agent();
    const done = runSession(io, session, { screen: stdout, size: { cols: 100, rows: 30 }, filter: (chunk) => Buffer.from(Buffer.from(chunk).toString().toUpperCase()) });
    output.write('hello');
    end(7);
    expect(await done).toBe(7);
    expect(stdout.read().toString()).toContain('HELLO');
  });

  test('raw mode is on while attached and off afterwards, and the screen is restored', async () => {
    const { io, stdin, stdout } = terminal({ tty: true });
    const { session, end } = agent();
    const done = runSession(io, session, { screen: stdout, size: { cols: 100, rows: 30 }, filter: asIs });
    expect(stdin.raw).toEqual([true]);
    end(0);
    await done;
    expect(stdin.raw).toEqual([true, false]);
    expect(stdout.read().toString()).toMatch(/\u001b\[\?1049l.*\u001b\[\?2031l.*\u001b\[\?25h$/);
  });

  test('keys reach the agent; Ctrl-P Ctrl-Q leaves without ending it', async () => {
    const { io, stdin, stdout } = terminal({ tty: true });
    const { session, input } = agent();
    const done = runSession(io, session, { screen: stdout, size: { cols: 100, rows: 30 }, filter: asIs });
    stdin.write('ls\r\u0010\u0011');
    expect(await done).toBe('left');
    expect(input.read().toString()).toBe('ls\r');
  });

  test.each(['SIGHUP', 'SIGTERM'])('%s detaches', async (signal) => {
    const { io, stdout, signals } = terminal({ tty: true });
    const done = runSession(io, agent().session, { screen: stdout, size: { cols: 100, rows: 30 }, filter: asIs });
    signals.emit(signal);
    expect(await done).toBe('left');
    expect(signals.eventNames()).toEqual([]);
  });

  test('a connection that ends without a code is not taken for leaving', async () => {
    const { io, stdout } = terminal({ tty: true });
    const { session, end } = agent();
    const done = runSession(io, session, { screen: stdout, size: { cols: 100, rows: 30 }, filter: asIs });
    end(null);
    expect(await done).toBe('cut');
  });

  test('a closed window detaches', async () => {
    const { io, stdin, stdout } = terminal({ tty: true });
    const done = runSession(io, agent().session, { screen: stdout, size: { cols: 100, rows: 30 }, filter: asIs });
    stdin.end();
    expect(await done).toBe('left');
  });

  test('a resized window resizes the agent', async () => {
    const { io, stdout, signals } = terminal({ tty: true });
    const { session, sizes, end } = agent();
    const done = runSession(io, session, { screen: stdout, size: { cols: 100, rows: 30 }, filter: asIs });
    stdout.columns = 72;
    signals.emit('SIGWINCH');
    end(0);
    await done;
    expect(sizes).toEqual([{ cols: 72, rows: 30 }]);
  });

  test('a window that changed while the session was opened is told at once, and again with the next key when it was not taken', async () => {
    const { io, stdin, stdout } = terminal({ tty: true });
    const { session, sizes, end } = agent();
    let takes = false;
    const resize: Session['resize'] = async (size) => {
      sizes.push(size);
      if (!takes) throw new Error('not now');
    };
    const done = runSession(io, { ...session, resize }, { screen: stdout, size: { cols: 80, rows: 24 }, filter: asIs });
    await vi.waitUntil(() => sizes.length === 1);
    takes = true;
    for (const key of 'ab') {
      stdin.write(key);
      await new Promise((resolve) => setImmediate(resolve));
    }
    end(0);
    await done;
    expect(sizes).toEqual([{ cols: 100, rows: 30 }, { cols: 100, rows: 30 }]);
  });

  test('without a terminal nothing is a detach key and an end of input is not an end', async () => {
    const { io, stdin, stdout } = terminal({ tty: false });
    const { session, input, end } = agent();
    const done = runSession(io, session, { screen: stdout, size: { cols: 100, rows: 30 }, filter: asIs });
    stdin.end('a\u0010\u0011b');
    await new Promise((resolve) => stdin.once('end', resolve));
    expect(input.read().toString()).toBe('a\u0010\u0011b');
    end(3);
    expect(await done).toBe(3);
  });

  test('a slow screen holds the agent back instead of filling memory', async () => {
    const { io } = terminal({ tty: false });
    const mebibyte = 1 << 20;
    const total = 64 * mebibyte;
    let produced = 0;
    let consumed = 0;
    let most = 0;
    const output = new Readable({ highWaterMark: 1 << 16, read() {
      if (produced === total) return void this.push(null);
      produced += mebibyte;
      this.push(Buffer.alloc(mebibyte));
    } });
    const screen = new Writable({ highWaterMark: 1 << 16, write(chunk: Buffer, _encoding, done) {
      consumed += chunk.length;
      most = Math.max(most, produced - consumed);
      setImmediate(done);
    } });
    const session: Session = { output, input: new PassThrough(), exited: Promise.resolve(0), detach: () => undefined, resize: async () => undefined };
    expect(await runSession(io, session, { screen, size: { cols: 80, rows: 24 }, filter: asIs })).toBe(0);
    expect(consumed).toBe(total);
    expect(most).toBeLessThan(8 * mebibyte);
  });
});
