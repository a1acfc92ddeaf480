import { addAbortListener } from 'node:events';
import { PassThrough, Readable, Writable, type Duplex, type Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { BottleError } from '../../../errors.ts';
import type { ExecRequest, ExecSession, TtySize } from '../../backend.ts';
import { execCommand, reapCommand } from '../containers/prelude.ts';
import { statusOf } from '../engine/engineError.ts';
import { inTime } from '../engine/patience.ts';
import { demux } from './demux.ts';
import { takeLeaderLine } from './leaderLine.ts';

/** Whom and where a program beside the agent runs as. */
export interface ExecPlace {
  readonly container: Dockerode.Container;
  /** `uid:gid`. */
  readonly user: string;
  readonly workdir: string;
}

/** Longest wait for a command to begin, in ms: the agent has the same user and may stop it while it is being started. */
const patienceMs = 30_000;
const notStarted = (): BottleError => new BottleError('backend-failed', 'The command did not begin in the bottle.', { hint: 'Stop the bottle; its changes stay.' });

/** A raw exec: its stream, and its exit code once the stream has ended. */
export interface RawExec {
  readonly exec: Dockerode.Exec;
  readonly stream: Duplex;
  exitCode(): Promise<number>;
}

/** Starts a command in a container. Throws `not-found` when the container does not run. */
export async function startExec(place: ExecPlace, argv: readonly string[], tty: boolean, abortSignal?: AbortSignal): Promise<RawExec> {
  try {
    const exec = await place.container.exec({
      Cmd: [...argv],
      User: place.user,
      WorkingDir: place.workdir,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: tty,
      ...(abortSignal && { abortSignal }),
    });
    const stream = await exec.start({ hijack: true, stdin: true, Tty: tty, ...(abortSignal && { abortSignal }) });
    return { exec, stream, exitCode: () => exitCodeOf(exec) };
  } catch (thrown) {
    if (statusOf(thrown) === 404 || statusOf(thrown) === 409) throw new BottleError('not-found', 'The bottle does not run.', { cause: thrown });
    throw thrown;
  }
}

/** The engine closes the stream a moment before it has written the exit code down. */
async function exitCodeOf(exec: Dockerode.Exec): Promise<number> {
  const killed = 137;
  for (let tries = 0; tries < 250; tries += 1) {
    try {
      const state = await exec.inspect();
      if (!state.Running) return state.ExitCode ?? killed;
    } catch (thrown) {
      if (statusOf(thrown) === 404) return killed;
      throw thrown;
    }
    await delay(20);
  }
  throw new BottleError('backend-failed', 'The engine does not say how the command ended.');
}

/** Terminal size for a command that has no terminal: never looked at. */
const noTerminal: TtySize = { cols: 80, rows: 24 };

/** A command as the agent would run it. Dropping any of its streams, or `kill()`, ends every process it started. */
export async function execBeside(place: ExecPlace, request: ExecRequest, ms = patienceMs): Promise<ExecSession> {
  const { raw, leader, stdout, stderr, flow } = await inTime(ms, notStarted, (signal) => begin(place, request, signal));
  let over = false;
  const kill = (): void => {
    if (over) return;
    over = true;
    // What cannot be ended from inside ends with the bottle.
    void reap(place, leader)
      .catch(() => undefined)
      .finally(() => raw.stream.destroy());
  };
  const exited = flow.then(async () => {
    const code = await raw.exitCode();
    over = true;
    return code;
  });
  exited.catch(() => undefined);
  for (const stream of [stdout, stderr]) {
    stream.on('error', () => undefined);
    stream.once('close', () => (stream.readableEnded ? undefined : kill()));
  }
  return { stdin: inputOf(raw.stream, kill), stdout, stderr, exited, kill, resize: (size) => resizeExec(raw.exec, size) };
}

interface Begun {
  readonly raw: RawExec;
  readonly leader: number;
  readonly stdout: Transform;
  readonly stderr: PassThrough;
  /** Settles when all output has passed. */
  readonly flow: Promise<void>;
}

async function begin(place: ExecPlace, request: ExecRequest, signal: AbortSignal): Promise<Begun> {
  const tty = request.tty !== undefined;
  const raw = await startExec(place, execCommand(request.argv, request.tty ?? noTerminal), tty, signal);
  const cut = addAbortListener(signal, () => raw.stream.destroy());
  try {
    if (request.tty !== undefined) await resizeExec(raw.exec, request.tty);
    const { output: stdout, pid } = takeLeaderLine();
    const stderr = new PassThrough();
    const flow = tty ? copy(raw.stream, stdout, stderr) : demux(raw.stream, stdout, stderr);
    return { raw, leader: await pid, stdout, stderr, flow };
  } finally {
    cut[Symbol.dispose]();
  }
}

/** Ends the session of `leader`, from inside, as the agent's own user. */
async function reap(place: ExecPlace, leader: number): Promise<void> {
  try {
    await inTime(patienceMs, notStarted, async (signal) => {
      const raw = await startExec({ ...place, workdir: '/' }, reapCommand(leader), false, signal);
      raw.stream.resume();
      raw.stream.end();
      await raw.exitCode();
    });
  } catch (thrown) {
    // The container ended, and every process with it.
    if (!(thrown instanceof BottleError && thrown.code === 'not-found')) throw thrown;
  }
}

async function copy(from: Readable, stdout: Writable, stderr: Writable): Promise<void> {
  stderr.end();
  await new Promise<void>((resolve) => {
    from.once('close', resolve);
    from.once('error', () => stdout.end());
    from.pipe(stdout);
  });
  stdout.end();
}

/** The command's standard input: ending it half-closes the stream, destroying it early ends the command. */
function inputOf(stream: Duplex, kill: () => void): Writable {
  const input = new Writable({
    write: (chunk, encoding, done) => {
      if (stream.destroyed || stream.writableEnded) done();
      else if (stream.write(chunk, encoding)) done();
      else waitForRoom(stream, done);
    },
    final: (done) => {
      stream.end();
      done();
    },
    destroy: (error, done) => {
      if (!input.writableFinished) kill();
      done(error);
    },
  });
  stream.on('error', () => undefined);
  return input;
}

function waitForRoom(stream: Duplex, done: () => void): void {
  const go = (): void => {
    stream.off('drain', go);
    stream.off('close', go);
    done();
  };
  stream.once('drain', go);
  stream.once('close', go);
}

async function resizeExec(exec: Dockerode.Exec, size: TtySize): Promise<void> {
  try {
    await exec.resize({ h: size.rows, w: size.cols });
  } catch (thrown) {
    // A command that has just ended has no terminal any more.
    if (statusOf(thrown) === undefined) throw thrown;
  }
}
