import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { authorityKey, urlHost } from '../../schemas/policy/host.ts';
import type { Authority } from '../../schemas/policy/host.ts';
import type { HeaderList, Scheme } from '../../schemas/policy/policy.ts';
import { accepted } from '../../schemas/policy/result.ts';
import { drain } from './denial.ts';
import type { Way } from './dial.ts';
import type { Body } from './framing.ts';
import type { EchoGuard } from './echo.ts';
import { guardedAnswer, plainAnswer } from './echoAnswer.ts';
import type { EchoSeen } from './echoAnswer.ts';
import { flat } from './headers.ts';
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
}

/** How it went. `failed` is set when the agent did not get a whole answer. */
export interface Outcome {
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Where the answer repeated the credential. */
  readonly echoed: readonly string[];
  readonly failed?: Error;
}

/** Name resolution, TCP and TLS together. Milliseconds. */
const CONNECT_LIMIT_MS = 20_000;

/** Neither side moved a byte for so long: nobody is there. A model may think for minutes before its first token. */
const SILENCE_LIMIT_MS = 15 * 60_000;

/** A pooled connection that died while idle may be replaced once, when that cannot repeat an effect. */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Carries one request upstream and its answer back, with back-pressure both ways. `onFailure` is called when no answer
 * has begun, and writes one. Resolves when the exchange is over; never rejects.
 */
export function forward(
  outgoing: Outgoing,
  way: Way,
  request: IncomingMessage,
  response: ServerResponse,
  onFailure: (error: Error) => void,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let bytesUp = 0;
    let bytesDown = 0;
    let failed: Error | undefined;
    const echoed = new Set<string>();
    let upstream: ClientRequest;

    const fail = (error: Error): void => {
      if (failed !== undefined) return;
      failed = error;
      upstream.destroy();
      if (response.headersSent) response.destroy();
      else onFailure(error);
    };

    const send = (mayRepeat: boolean): void => {
      upstream = open(outgoing, way);
      let answered = false;
      const patience = setTimeout(() => fail(timedOut('the upstream cannot be connected')), CONNECT_LIMIT_MS);
      upstream.on('socket', (socket) => {
        socket.setNoDelay(true);
        const connected = (): void => clearTimeout(patience);
        if (upstream.reusedSocket) connected();
        else socket.once(outgoing.scheme === 'https' ? 'secureConnect' : 'connect', connected);
      });
      upstream.on('timeout', () => fail(timedOut('the upstream is silent')));
      upstream.on('upgrade', (_answer, socket) => {
        socket.destroy();
        fail(new Error('the upstream switched protocols unasked'));
      });
      upstream.on('close', () => clearTimeout(patience));
      upstream.on('error', (error) => {
        clearTimeout(patience);
        // After an early answer (413) the upstream hangs up on the rest of the body: the answer counts.
        if (answered) return;
        if (mayRepeat && upstream.reusedSocket && failed === undefined && !response.destroyed) send(false);
        else fail(error);
      });
      upstream.on('response', (answer) => {
        answered = true;
        answer.on('data', (chunk: Buffer) => (bytesDown += chunk.length));
        relay(answer, request, response, fail, outgoing, (where) => void echoed.add(where));
      });
      if (outgoing.body.kind === 'none') upstream.end();
      else request.pipe(upstream);
    };

    request.on('data', (chunk: Buffer) => (bytesUp += chunk.length));
    request.pause();
    response.on('close', () => {
      upstream.destroy();
      const cut = failed ?? (response.writableFinished ? undefined : new Error('the agent hung up'));
      resolve({ bytesUp, bytesDown, echoed: [...echoed], ...(cut === undefined ? {} : { failed: cut }) });
    });
    response.on('error', () => response.destroy());
    send(repeatable.has(outgoing.method) && outgoing.body.kind === 'none');
  });
}

function open(outgoing: Outgoing, { pool, via }: Way): ClientRequest {
  const { host, port } = via ?? outgoing.authority;
  const place = outgoing.authority.port === (outgoing.scheme === 'https' ? 443 : 80) ? urlHost(outgoing.authority) : authorityKey(outgoing.authority);
  const options: RequestOptions = {
    agent: pool,
    host,
    port,
    method: outgoing.method,
    path: via === undefined ? outgoing.target : `http://${place}${outgoing.target}`,
    timeout: SILENCE_LIMIT_MS,
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

function relay(answer: IncomingMessage, request: IncomingMessage, response: ServerResponse, fail: (error: Error) => void, { method, echo }: Outgoing, seen: EchoSeen): void {
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 599) return fail(new Error(`the upstream answered with status ${status}`));
  if (response.destroyed) return void answer.destroy();
  const bodiless = method === 'HEAD' || status === 204 || status === 304;
  const passing = echo === undefined ? accepted(plainAnswer(answer)) : guardedAnswer(echo, answer, bodiless, seen, fail);
  if (!passing.ok) return fail(new Error(passing.reason));
  const { statusMessage, headers, body } = passing.value;
  response.sendDate = false;
  response.socket?.setNoDelay(true);
  response.writeHead(status, statusMessage, flat(headers));
  response.flushHeaders();
  // Cut short upstream: the agent must not take its part for the whole.
  answer.on('error', fail);
  answer.on('aborted', () => fail(new Error('the upstream broke off')));
  body.pipe(response);
  response.on('finish', () => drain(request));
}

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
