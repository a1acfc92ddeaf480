import { connect } from 'node:net';
import { Readable, Writable } from 'node:stream';
import WebSocket, { type RawData } from 'ws';
import { execChannel, largestTerminalFrame, type TerminalNews, terminalNewsSchema, type TerminalOpening, type TerminalRequest } from '../../../../schemas/protocol/terminal.ts';
import { BottleError } from '../../errors.ts';
import type { ExecRequest, ExecSession, TtySession, TtySize } from '../backend.ts';

/** The bottle's socket answers at once; longer silence means that nobody is there. Milliseconds. */
const answerMs = 10_000;

/** One connection to the bottle's socket, opened for one purpose. */
interface Connection {
  readonly socket: WebSocket;
  /** The first answer. */
  readonly answer: TerminalNews;
  /** Takes the bytes from here on, those that came right behind the answer first. */
  take(onBytes: (bytes: Buffer) => void): void;
  /** Resolves with the exit code, or null when the connection ended without one. */
  readonly ended: Promise<number | null>;
}

/** Attaches a viewer to the agent's terminal. Rejects with `backend-failed` when the bottle does not answer. */
export async function attachTerminal(path: string, size: TtySize): Promise<TtySession> {
  const connection = await open(path, { type: 'attach', size });
  const output = readable(connection.socket);
  connection.take((bytes) => push(output, bytes, connection.socket));
  void connection.ended.then(() => output.push(null));
  return {
    output,
    input: writable(connection.socket, (bytes) => bytes, () => undefined),
    resize: async (wanted) => send(connection.socket, { type: 'resize', size: wanted }),
    exited: connection.ended,
    detach: () => connection.socket.terminate(),
  };
}

/** Runs a command beside the agent. */
export async function execCommand(path: string, request: ExecRequest): Promise<ExecSession> {
  const connection = await open(path, { type: 'exec', argv: [...request.argv], ...(request.tty === undefined ? {} : { tty: request.tty }) });
  const { socket } = connection;
  const [stdout, stderr] = [readable(socket), readable(socket)];
  connection.take((bytes) => push(bytes[0] === execChannel.stderr ? stderr : stdout, bytes.subarray(1), socket));
  const exited = connection.ended.then((code) => {
    for (const stream of [stdout, stderr]) stream.push(null);
    return code ?? 137;
  });
  const channel = Buffer.from([execChannel.stdin]);
  return {
    stdin: writable(socket, (bytes) => Buffer.concat([channel, bytes]), () => send(socket, { type: 'stdinEnd' })),
    stdout,
    stderr,
    resize: async (size) => send(socket, { type: 'resize', size }),
    exited,
    kill: () => socket.terminate(),
  };
}

/** Names in folders of the merged workspace. */
export async function askNames(path: string, folders: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const { socket, answer } = await open(path, { type: 'names', folders: [...folders] });
  socket.terminate();
  if (answer.type !== 'names') throw failure('The bottle answered something else than names.');
  return new Map(answer.names);
}

/** The agent's exit code; null when the bottle went away without saying one. */
export async function watchExit(path: string): Promise<number | null> {
  return (await open(path, { type: 'watch' })).ended;
}

async function open(path: string, opening: TerminalOpening): Promise<Connection> {
  const stream = connect({ path });
  // An address of this form tells VS Code's proxy support, which otherwise replaces the connection, to keep off.
  const socket = new WebSocket('ws+unix:/bottle:/', { createConnection: () => stream, perMessageDeflate: false, maxPayload: largestTerminalFrame, handshakeTimeout: answerMs });
  return new Promise((resolve, reject) => {
    const early: Buffer[] = [];
    let deliver = (bytes: Buffer): void => void early.push(bytes);
    const take = (onBytes: (bytes: Buffer) => void): void => {
      for (const bytes of early.splice(0)) onBytes(bytes);
      deliver = onBytes;
    };
    let code: number | null = null;
    const ended = new Promise<number | null>((settle) => socket.once('close', () => settle(code)));
    const limit = setTimeout(() => fail(failure('The bottle does not answer.')), answerMs);
    const fail = (error: BottleError): void => {
      clearTimeout(limit);
      socket.terminate();
      reject(error);
    };
    socket.once('open', () => socket.send(JSON.stringify(opening)));
    socket.on('error', (cause) => fail(failure('The bottle cannot be reached.', cause)));
    void ended.then(() => fail(failure('The bottle hung up.')));
    socket.on('message', (data: RawData, binary) => {
      if (binary) return deliver(bufferOf(data));
      const news = terminalNewsSchema.safeParse(parse(data)).data;
      if (news === undefined) return socket.terminate();
      if (news.type === 'exited') code = news.code;
      else if (news.type === 'error') fail(failure(news.message));
      else {
        clearTimeout(limit);
        resolve({ socket, answer: news, take, ended });
      }
    });
  });
}

/** Destroying the stream ends the connection, and with it a command. */
function readable(socket: WebSocket): Readable {
  return new Readable({
    read: () => socket.resume(),
    destroy: (error, done) => {
      if (error !== null || socket.readyState === WebSocket.OPEN) socket.terminate();
      done(error);
    },
    autoDestroy: true,
  });
}

function push(stream: Readable, bytes: Buffer, socket: WebSocket): void {
  if (!stream.destroyed && !stream.push(bytes)) socket.pause();
}

function writable(socket: WebSocket, frame: (bytes: Buffer) => Buffer, end: () => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (socket.readyState !== WebSocket.OPEN) return done();
      socket.send(frame(chunk), { binary: true }, () => done());
    },
    final: (done) => {
      end();
      done();
    },
  });
}

function send(socket: WebSocket, request: TerminalRequest): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
}

function bufferOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

function parse(data: RawData): unknown {
  try {
    return JSON.parse(bufferOf(data).toString('utf8'));
  } catch {
    return undefined;
  }
}

function failure(message: string, cause?: unknown): BottleError {
  return new BottleError('backend-failed', message, { cause, hint: 'bot-bottle list active shows what runs.' });
}
