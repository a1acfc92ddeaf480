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
  /** Set when the same request may pass after so many seconds. */
  readonly retryAfter?: number;
  /** The connection cannot be trusted to be in step any more. */
  readonly hangUp: boolean;
}

/** How long a refused client may go on sending what nobody reads, so that it gets to read the answer. */
const DRAIN_LIMIT_MS = 10_000;

/** Who speaks, so that nobody takes our refusal for the upstream's. */
const WHO = 'bot-bottle egress proxy';

/** The MCP tool by which an agent asks a person for a route; it helps against refusals that a route could lift, and not where a person denied something in words. */
const proposal = { tool: 'egress-block', helps: /^(routes(?!\[\d+\]\.deny)|plaintext$|address$|upgrade$)/ } as const;

/** Statuses of refusals by the policy; others tell of something that failed. */
const blocked: readonly number[] = [403, 429];

/** Longest reason phrase, in characters: some clients show nothing else of a refused CONNECT. */
const LONGEST_PHRASE = 160;

export function denial(status: number, clause: string, reason: string, host: string, hint: string): Denial {
  return { status, clause, reason, host, hint, final: status < 500, hangUp: status === 400 };
}

export function denialBody(denied: Denial): string {
  return `${JSON.stringify({
    error: blocked.includes(denied.status) ? 'blocked' : 'failed',
    who: WHO,
    reason: `egress: ${denied.reason}`,
    clause: denied.clause,
    host: denied.host,
    hint: denied.hint,
    tool: proposal.helps.test(denied.clause) ? proposal.tool : null,
    do_not_retry: denied.final,
    ...(denied.retryAfter === undefined ? {} : { retry_after_seconds: denied.retryAfter }),
  })}\n`;
}

/** What a client shows that looks no further than the status line. */
function phrase(denied: Denial): string {
  const text = `${blocked.includes(denied.status) ? 'Blocked' : (STATUS_CODES[denied.status] ?? 'Refused')} by ${WHO}: ${denied.reason}${denied.final ? ' (do not retry)' : ''}`;
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.length > LONGEST_PHRASE ? `${plain.slice(0, LONGEST_PHRASE - 3)}...` : plain;
}

/** Lines of every refusal besides framing. `Proxy-Status` (RFC 9209) tells a reader of headers who refused and why. */
function lines(denied: Denial): readonly (readonly [string, string])[] {
  const details = phrase(denied).replace(/["\\]/g, '\\$&');
  return [
    ['Content-Type', 'application/json'],
    ['Proxy-Status', `bot-bottle; error=http_request_denied; details="${details}"`],
    ['Cache-Control', 'no-store'],
    ...(denied.retryAfter === undefined ? [] : [['Retry-After', String(denied.retryAfter)] as const]),
  ];
}

/** Answers a request, then reads away what is left of its body. */
export function sendDenial(denied: Denial, request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  const body = denialBody(denied);
  response.shouldKeepAlive &&= !denied.hangUp;
  response.writeHead(denied.status, phrase(denied), { ...Object.fromEntries(lines(denied)), 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
  drain(request);
}

/** The same over a bare socket: the answer to a CONNECT, or to bytes that are no HTTP. */
export function sendRawDenial(denied: Denial, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const body = denialBody(denied);
  const head = [
    `HTTP/1.1 ${denied.status} ${phrase(denied)}`,
    ...lines(denied).map(([name, value]) => `${name}: ${value}`),
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
