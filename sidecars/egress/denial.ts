import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** A refusal as the agent reads it, the same JSON on every channel. */
export interface Denial {
  readonly status: number;
  /** Which rule decided; see `Verdict`. */
  readonly clause: string;
  readonly reason: string;
  readonly host: string;
  readonly hint: string;
  /** True when the same request would be refused again. */
  readonly final: boolean;
  /** The connection cannot be trusted to be in step any more. */
  readonly hangUp: boolean;
}

/** How long a refused client may go on sending what nobody reads, so that it gets to read the answer. */
const DRAIN_LIMIT_MS = 10_000;

export function denial(status: number, clause: string, reason: string, host: string, hint: string): Denial {
  return { status, clause, reason, host, hint, final: status < 500, hangUp: status === 400 };
}

export function denialBody(denied: Denial): string {
  return `${JSON.stringify({
    error: denied.status === 403 ? 'blocked' : 'failed',
    reason: `egress: ${denied.reason}`,
    host: denied.host,
    hint: denied.hint,
    do_not_retry: denied.final,
  })}\n`;
}

/** Answers a request, then reads away what is left of its body. */
export function sendDenial(denied: Denial, request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  const body = denialBody(denied);
  response.shouldKeepAlive &&= !denied.hangUp;
  response.writeHead(denied.status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
  drain(request);
}

/** The same over a bare socket: the answer to a CONNECT, or to bytes that are no HTTP. */
export function sendRawDenial(denied: Denial, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const body = denialBody(denied);
  const head = [
    `HTTP/1.1 ${denied.status} ${STATUS_CODES[denied.status] ?? 'Refused'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.resume();
  cutAfter(socket);
}

/** Reads and forgets the rest of a body; a client that never ends is cut. */
export function drain(request: IncomingMessage): void {
  if (request.complete) return;
  request.unpipe();
  request.resume();
  const limit = setTimeout(() => request.socket.destroy(), DRAIN_LIMIT_MS);
  request.once('close', () => clearTimeout(limit));
  request.once('end', () => clearTimeout(limit));
}

function cutAfter(socket: Duplex): void {
  const limit = setTimeout(() => socket.destroy(), DRAIN_LIMIT_MS);
  socket.once('close', () => clearTimeout(limit));
}
