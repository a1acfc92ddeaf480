import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import * as z from 'zod';
import { controlRequestSchema } from '../../schemas/protocol/control.ts';
import type { ControlMessage, ControlRequest } from '../../schemas/protocol/control.ts';
import { listenOnSocket } from './unixSocket.ts';

/** One host on the control channel. */
export interface ControlPeer {
  send(message: ControlMessage): void;
  /** Resolves when the host has taken what was sent so far, or hung up. */
  flushed(): Promise<void>;
  /** Aborted when the host hangs up. */
  readonly gone: AbortSignal;
}

/** Answers one request with the reply's value. What it throws goes back as the error's message. */
export type ControlHandler = (request: ControlRequest, peer: ControlPeer) => unknown;

export interface ControlServer {
  close(): void;
}

const numberedSchema = z.object({ id: z.number().int() });

/** Routes files are at most 512 KiB; credentials and certificates come on top. */
const LARGEST_REQUEST = 2 * 1024 * 1024;

/**
 * The sidecar's end of the control channel: WebSocket on a unix socket only its owner may open. A frame that is not a
 * request ends the connection: a peer that speaks something else is not our host.
 */
export async function startControlServer(path: string, handle: ControlHandler): Promise<ControlServer> {
  const http = createServer((_request, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: LARGEST_REQUEST });
  sockets.on('connection', (socket) => serve(socket, handle));
  sockets.on('error', () => undefined);
  await listenOnSocket(http, path, 0o600);
  return {
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      http.close();
      http.closeAllConnections();
    },
  };
}

function serve(socket: WebSocket, handle: ControlHandler): void {
  const gone = new AbortController();
  let sent = Promise.resolve();
  const peer: ControlPeer = {
    send: (message) => {
      // Called when the bytes are in the kernel, or cannot get there any more.
      sent = new Promise((resolve) => socket.send(JSON.stringify(message), () => resolve()));
    },
    flushed: () => Promise.race([sent, hungUp]),
    gone: gone.signal,
  };
  const hungUp = new Promise<void>((resolve) => gone.signal.addEventListener('abort', () => resolve(), { once: true }));
  socket.on('close', () => gone.abort());
  socket.on('error', () => socket.terminate());
  socket.on('message', (data, binary) => {
    const parsed = binary ? undefined : parseRequest(data.toString());
    if (parsed === undefined) socket.close(1008, 'not a control request');
    else if ('message' in parsed) peer.send({ type: 'error', ...parsed });
    else void answer(parsed.request, peer, handle);
  });
}

async function answer(request: ControlRequest, peer: ControlPeer, handle: ControlHandler): Promise<void> {
  try {
    const value: unknown = await handle(request, peer);
    peer.send({ type: 'reply', id: request.id, ok: true, ...(value === undefined ? {} : { value }) });
  } catch (error) {
    peer.send({ type: 'error', id: request.id, message: error instanceof Error ? error.message : 'failed' });
  }
}

type Parsed = { readonly request: ControlRequest } | { readonly id: number; readonly message: string } | undefined;

/** A request with a number but a mistake in it is told which key is wrong, without its value. */
function parseRequest(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    const parsed = controlRequestSchema.safeParse(value);
    if (parsed.success) return { request: parsed.data };
    const numbered = numberedSchema.safeParse(value);
    const issue = parsed.error.issues[0];
    return numbered.success ? { id: numbered.data.id, message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` } : undefined;
  } catch {
    return undefined;
  }
}
