import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { controlMessageSchema, healthSchema } from '../../../schemas/protocol/control.ts';
import type { ControlMessage, ControlRequest, SidecarConfig, SidecarHealth } from '../../../schemas/protocol/control.ts';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import type { SessionUsage } from '../../../schemas/protocol/egressUsage.ts';
import type { Incident } from '../../../schemas/protocol/incident.ts';
import type { RoutesFile } from '../../../schemas/policy/routesSchema.ts';
import { BottleError } from '../errors.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
type Ask = WithoutId<ControlRequest>;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: BottleError) => void;
}

/** A decision as it happened; `offset` is where the log continues after it, `segment` where its segment begins. */
export interface FollowedLine {
  readonly offset: number;
  readonly segment: number;
  readonly line: LogLine;
}

/** A sidecar answers from memory; longer silence means it hangs. Milliseconds. */
const REPLY_LIMIT_MS = 10_000;

/** Frames larger than this are not ours (a log line is under 20 KiB). */
const LARGEST_FRAME = 1024 * 1024;

/**
 * The host's end of the control channel: WebSocket over a stream to the sidecar's control socket. Every call rejects
 * with `backend-failed` when the sidecar refuses, hangs up or does not answer in 10 seconds.
 */
export class ControlClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(line: FollowedLine) => void>();
  readonly #counts = new Set<(usage: SessionUsage) => void>();
  readonly #alarms = new Set<(incident: Incident) => void>();
  #lastId = 0;

  /** Resolves when the channel is gone, for whatever reason. */
  readonly closed: Promise<void>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data, binary) => this.#receive(binary ? undefined : data.toString()));
    socket.on('error', (error) => this.#failAll(error));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#failAll(undefined);
        resolve();
      });
    });
  }

  /** Takes the stream over; it is destroyed with the client. */
  static async connect(stream: Duplex): Promise<ControlClient> {
    // An address of this form tells VS Code's proxy support, which otherwise replaces the connection, to keep off.
    const socket = new WebSocket('ws+unix:/sidecar:/', {
      createConnection: () => stream,
      perMessageDeflate: false,
      maxPayload: LARGEST_FRAME,
      handshakeTimeout: REPLY_LIMIT_MS,
    });
    const client = new ControlClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', (cause) => reject(failure('The sidecar does not answer on its control socket.', cause)));
      stream.once('close', () => reject(failure('The sidecar closed its control socket.')));
    }).catch((error: unknown) => {
      socket.terminate();
      stream.destroy();
      throw error;
    });
    return client;
  }

  async configure(config: SidecarConfig): Promise<void> {
    await this.#ask({ type: 'configure', config });
  }

  /** Swaps the live policy. `credentials`, when given, replace all earlier ones. */
  async replaceRoutes(routes: RoutesFile, credentials?: Readonly<Record<string, string>>): Promise<void> {
    await this.#ask({ type: 'replaceRoutes', routes, ...(credentials === undefined ? {} : { credentials }) });
  }

  async health(): Promise<SidecarHealth> {
    const parsed = healthSchema.safeParse(await this.#ask({ type: 'health' }));
    if (!parsed.success) throw failure('The sidecar reports its health in an unknown form.', parsed.error);
    return parsed.data;
  }

  /** Log lines from byte `offset` on, then live ones, until the returned function is called or the channel closes. */
  async follow(offset: number, listener: (line: FollowedLine) => void): Promise<() => void> {
    this.#listeners.add(listener);
    try {
      await this.#ask({ type: 'follow', offset });
    } catch (error) {
      this.#listeners.delete(listener);
      throw error;
    }
    return () => void this.#listeners.delete(listener);
  }

  /** Called with the use of routes so far whenever it changed; told to those that follow the log. */
  onUsage(listener: (usage: SessionUsage) => void): () => void {
    this.#counts.add(listener);
    return () => void this.#counts.delete(listener);
  }

  /** Called when a canary was seen; told to those that follow the log, at once when it has happened already. */
  onIncident(listener: (incident: Incident) => void): () => void {
    this.#alarms.add(listener);
    return () => void this.#alarms.delete(listener);
  }

  /** Asks the sidecar to finish what is in flight and exit. */
  async stop(): Promise<void> {
    await this.#ask({ type: 'stop' });
  }

  /** Hangs up; the sidecar goes on. */
  async close(): Promise<void> {
    this.#socket.close();
    const cut = setTimeout(() => this.#socket.terminate(), 1000);
    await this.closed;
    clearTimeout(cut);
  }

  async #ask(ask: Ask): Promise<unknown> {
    const id = ++this.#lastId;
    if (this.#socket.readyState !== WebSocket.OPEN) throw failure('The control channel to the sidecar is closed.');
    let limit: NodeJS.Timeout | undefined;
    try {
      return await new Promise<unknown>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        limit = setTimeout(() => reject(failure('The sidecar does not answer.')), REPLY_LIMIT_MS);
        this.#socket.send(JSON.stringify({ ...ask, id }));
      });
    } finally {
      clearTimeout(limit);
      this.#waiting.delete(id);
    }
  }

  #receive(text: string | undefined): void {
    const message = parseMessage(text);
    if (message === undefined) return this.#socket.terminate();
    if (message.type === 'verdict') {
      for (const listener of this.#listeners) listener({ offset: message.offset, segment: message.segment, line: message.line });
    } else if (message.type === 'usage') {
      for (const listener of this.#counts) listener(message.usage);
    } else if (message.type === 'incident') {
      for (const listener of this.#alarms) listener(message.incident);
    } else if (message.type === 'reply') this.#waiting.get(message.id)?.resolve(message.value);
    else this.#waiting.get(message.id)?.reject(failure(`The sidecar refused: ${message.message}`));
  }

  #failAll(cause: unknown): void {
    for (const waiting of this.#waiting.values()) waiting.reject(failure('The control channel to the sidecar broke.', cause));
    this.#waiting.clear();
  }
}

function parseMessage(text: string | undefined): ControlMessage | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed = controlMessageSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function failure(message: string, cause?: unknown): BottleError {
  return new BottleError('backend-failed', message, { cause, hint: 'Stop the bottle and start it again.' });
}
