import { Duplex, PassThrough, Writable } from 'node:stream';
import type Dockerode from 'dockerode';
import { BottleError } from '../../../errors.ts';
import type { TtySession, TtySize } from '../../backend.ts';
import { statusOf } from '../engine/engineError.ts';
import { inTime } from '../engine/patience.ts';

/**
 * The engine detaches when it sees these keys, and holds back a first key that may begin them. Nobody types this; the
 * real detach keys are the client's business.
 */
const detachKeys = 'ctrl-@,ctrl-^,ctrl-_,ctrl-@,ctrl-^';

/** Longest wait for the engine to say how the agent is, in ms. */
const patienceMs = 20_000;
const noAnswer = (): BottleError => new BottleError('backend-failed', 'The Docker engine does not say how the agent is.', { hint: 'Stop the bottle.' });

/** How an agent's terminal is reached. */
export interface AttachRequest {
  readonly container: Dockerode.Container;
  readonly size: TtySize;
  readonly exited: () => Promise<number>;
}

/** Attaches to the agent's terminal with its scrollback; for an ended agent just the scrollback. */
export async function attachAgent(request: AttachRequest): Promise<TtySession> {
  const { container, size } = request;
  const { State: state } = await inTime(patienceMs, noAnswer, (abortSignal) => container.inspect({ abortSignal }));
  if (!state.Running) return endedSession(container, state.ExitCode);
  const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, logs: true, hijack: true, detachKeys });
  if (!(stream instanceof Duplex)) throw new BottleError('internal', 'The engine client gave a stream that cannot be written to.');
  const output = new PassThrough();
  let detached = false;
  const ended = new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.once('end', resolve);
    stream.once('error', () => resolve());
  });
  stream.pipe(output, { end: false });
  const exited = ended.then(async () => {
    output.end();
    return detached ? null : request.exited();
  });
  exited.catch(() => undefined);
  const detach = (): void => {
    detached = true;
    stream.destroy();
  };
  output.once('close', () => (output.readableEnded ? undefined : detach()));
  // The engine's log holds whole lines only, so even the first view may miss a prompt: the program paints itself again.
  try {
    await resizeTty(container, { cols: size.cols, rows: Math.max(1, size.rows - 1) });
    await resizeTty(container, size);
  } catch (thrown) {
    // A terminal of another size is better than none.
    if (statusOf(thrown) === undefined) throw thrown;
  }
  return { output, input: stream, exited, detach, resize: (next) => resizeTty(container, next) };
}

async function endedSession(container: Dockerode.Container, code: number): Promise<TtySession> {
  const output = new PassThrough();
  output.end(await container.logs({ stdout: true, stderr: true, follow: false }));
  const input = new Writable({ write: (_chunk, _encoding, done) => done() });
  return { output, input, exited: Promise.resolve(code), detach: () => output.destroy(), resize: async () => undefined };
}

async function resizeTty(container: Dockerode.Container, size: TtySize): Promise<void> {
  try {
    await container.resize({ h: size.rows, w: size.cols });
  } catch (thrown) {
    // An agent that has just ended has no terminal any more.
    if (statusOf(thrown) !== 404 && statusOf(thrown) !== 409) throw thrown;
  }
}
