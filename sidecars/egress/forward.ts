import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { authorityKey, urlHost } from '../../schemas/policy/host.ts';
import type { Authority } from '../../schemas/policy/host.ts';
import type { HeaderList, Scheme } from '../../schemas/policy/policy.ts';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import { asError } from '../runtime/asError.ts';
import { relay } from './answer.ts';
import { headBytes } from './budget.ts';
import type { Way } from './dial.ts';
import type { BodyScan } from './dlp/scanner.ts';
import type { Body } from './framing.ts';
import type { EchoGuard } from './echo.ts';
import type { Share } from './heldBodies.ts';
import { flat } from './headers.ts';
import type { Inspection } from './inspection.ts';
import type { TimeLimits } from './limits.ts';
import { BodyBlocked, gate } from './scanStream.ts';
import { proxyHeaders } from './upstreamProxy.ts';

/** A judged request, ready to go. */
export interface Outgoing {
  readonly scheme: Scheme;
  readonly authority: Authority;
  readonly method: string;
  /** Origin form, exactly as judged. */
  readonly target: string;
  /** Everything except framing, which is generated. */
  readonly headers: HeaderList;
  readonly framing: HeaderList;
  readonly body: Body;
  /** Set when the request carries a credential, which the answer must not bring back. */
  readonly echo: EchoGuard | undefined;
  readonly inspection: Inspection;
  /** Looks at the body before it leaves. */
  readonly bodyScan: BodyScan | undefined;
  /** Told of bytes that nobody could count beforehand, before they go; throws `BodyBlocked` when they may not. */
  readonly charge: ((bytes: number) => void) | undefined;
  /** Where what is held back is counted, once the request is admitted. */
  readonly room: Share | undefined;
}

/** How it went. `failed` is set when the agent did not get a whole answer. */
export interface Outcome {
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** What was seen in either body. */
  readonly findings: readonly Finding[];
  readonly failed?: Error;
  /** When it failed, part of the request had gone up or part of the answer had come down. */
  readonly midStream: boolean;
  /** On any attempt there was a connection to write to; else nothing was sent for certain. */
  readonly sent: boolean;
}

/** What bounds and ends an exchange. */
export interface Ends {
  readonly limits: TimeLimits;
  /** Called when no answer has begun, and writes one; `sent` as in `Outcome`. */
  readonly onFailure: (error: Error, sent: boolean) => void;
  /** Calls back when nothing may leave any more, at once when that is so already. Returns what ends the listening. */
  readonly untilClosed: (listener: () => void) => () => void;
}

/** A pooled connection that died while idle may be replaced once, when that cannot repeat an effect. */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Carries one request upstream and its answer back, with back-pressure both ways. Resolves when the exchange is over; never rejects. */
export function forward(outgoing: Outgoing, way: Way, request: IncomingMessage, response: ServerResponse, { limits, onFailure, untilClosed }: Ends): Promise<Outcome> {
  return new Promise((resolve) => {
    let bytesUp = 0;
    let bytesDown = 0;
    let failed: Error | undefined;
    let midStream = false;
    let sent = false;
    const findings: Finding[] = [];
    let upstream: ClientRequest | undefined;

    const fail = (error: Error): void => {
      if (failed !== undefined) return;
      failed = error;
      midStream = response.headersSent || (upstream !== undefined && outgoing.body.kind !== 'none');
      if (error instanceof BodyBlocked) findings.push(...error.findings);
      upstream?.destroy();
      if (response.headersSent) response.destroy();
      else onFailure(error, sent);
    };

    const send = (mayRepeat: boolean): ClientRequest => {
      const attempt = openUpstream(outgoing, way, limits);
      upstream = attempt;
      let answered = false;
      const patience = setTimeout(() => fail(timedOut('the upstream cannot be connected')), limits.connect);
      onceConnected(attempt, (socket) => {
        sent = true;
        clearTimeout(patience);
        socket.setNoDelay(true);
      });
      attempt.on('timeout', () => fail(timedOut('the upstream is silent')));
      attempt.on('upgrade', (_answer, socket) => {
        socket.destroy();
        fail(new Error('the upstream switched protocols unasked'));
      });
      attempt.on('close', () => clearTimeout(patience));
      attempt.on('error', (error) => {
        clearTimeout(patience);
        // After an early answer (413) the upstream hangs up on the rest of the body: the answer counts.
        if (answered) return;
        if (!mayRepeat || !attempt.reusedSocket || failed !== undefined || response.destroyed) return fail(error);
        try {
          outgoing.charge?.(headBytes(request));
        } catch (spent) {
          return fail(asError(spent));
        }
        send(false).end();
      });
      attempt.on('response', (answer) => {
        answered = true;
        answer.on('data', (chunk: Buffer) => (bytesDown += chunk.length));
        relay(answer, request, response, outgoing, { fail, found: (seen) => void findings.push(...seen) });
      });
      return attempt;
    };

    request.on('data', (chunk: Buffer) => (bytesUp += chunk.length));
    request.pause();
    response.on('close', () => {
      upstream?.destroy();
      const cut = failed ?? (response.writableFinished ? undefined : new Error('the agent hung up'));
      resolve({ bytesUp, bytesDown, findings, midStream, sent, ...(cut === undefined ? {} : { failed: cut }) });
    });
    response.on('error', () => response.destroy());
    response.on('close', untilClosed(() => fail(egressClosed())));
    if (failed !== undefined) return;
    if (outgoing.bodyScan === undefined) return void send(repeatable.has(outgoing.method)).end();
    const body = request.pipe(gate(outgoing.bodyScan, 'request', outgoing.body.kind === 'chunked' ? outgoing.charge : undefined)).on('error', fail);
    response.on('close', () => body.destroy());
    // Nothing is dialled before there is something that may leave: a small body is judged whole first.
    body.once('readable', () => {
      if (failed === undefined && !body.destroyed) body.pipe(send(false));
    });
  });
}

/** Calls back when a request has a connection to write to: from then on nobody can say that nothing was sent. */
export function onceConnected(attempt: ClientRequest, connected: (socket: Socket) => void): void {
  attempt.on('socket', (socket) => {
    if (attempt.reusedSocket) connected(socket);
    else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => connected(socket));
  });
}

/** A request on its way, its body still to come. */
export function openUpstream(outgoing: Outgoing, { pool, via }: Way, limits: TimeLimits): ClientRequest {
  const { host, port } = via ?? outgoing.authority;
  const place = outgoing.authority.port === (outgoing.scheme === 'https' ? 443 : 80) ? urlHost(outgoing.authority) : authorityKey(outgoing.authority);
  const options: RequestOptions = {
    agent: pool,
    host,
    port,
    method: outgoing.method,
    path: via === undefined ? outgoing.target : `http://${place}${outgoing.target}`,
    timeout: limits.silence,
    setHost: false,
    insecureHTTPParser: false,
    headers: flat([
      ['Host', place],
      ...(via === undefined ? [] : proxyHeaders(via)),
      ...outgoing.headers,
      ...outgoing.framing,
    ]),
  };
  return outgoing.scheme === 'https' ? httpsRequest(options) : httpRequest(options);
}

/** Whatever is under way when a canary was seen ends with this. */
export const egressClosed = (): Error => new Error('the egress of this bottle is closed');

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
