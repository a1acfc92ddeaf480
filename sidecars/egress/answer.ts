import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { HeaderList } from '../../schemas/policy/policy.ts';
import { accepted } from '../../schemas/policy/result.ts';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import { asError } from '../runtime/asError.ts';
import { drain } from './denial.ts';
import type { EchoGuard } from './echo.ts';
import { guardedAnswer, plainAnswer } from './echoAnswer.ts';
import { flat } from './headers.ts';
import type { Inspection } from './inspection.ts';
import { gate, observe, told } from './scanStream.ts';

/** What an answer is held against. */
export interface AnswerRules {
  readonly method: string;
  /** Set when the request carries a credential, which the answer must not bring back. */
  readonly echo: EchoGuard | undefined;
  readonly inspection: Inspection;
}

/** Told while an answer passes. */
export interface AnswerEvents {
  fail(error: Error): void;
  found(findings: readonly Finding[]): void;
}

/** An answer with the `warn` action is held back up to here, so that the warning can stand before it. Bytes. */
const LARGEST_HELD = 1024 * 1024;

/** Streams of events: holding them back would stop what they are for. */
const neverHeld = /^(text\/event-stream|application\/x-ndjson|application\/(json-seq|stream\+json))/i;

/** Header of an answer in which something was found, for the agent to see. */
const WARNING_HEADER = 'X-Bot-Bottle-Warning';

/** Passes an upstream's answer on to the agent, judged as its route asks. Never throws: the agent would be left without an answer. */
export function relay(answer: IncomingMessage, request: IncomingMessage, response: ServerResponse, rules: AnswerRules, events: AnswerEvents): void {
  try {
    carry(answer, request, response, rules, events);
  } catch (error) {
    events.fail(asError(error));
  }
}

function carry(answer: IncomingMessage, request: IncomingMessage, response: ServerResponse, rules: AnswerRules, events: AnswerEvents): void {
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 599) return events.fail(new Error(`the upstream answered with status ${status}`));
  if (response.destroyed) return void answer.destroy();
  const bodiless = rules.method === 'HEAD' || status === 204 || status === 304;
  const { echo } = rules;
  const passing =
    echo === undefined
      ? accepted(plainAnswer(answer))
      : guardedAnswer(echo, answer, bodiless, (where) => events.found([{ detector: 'echo', rule: 'credential', where }]), events.fail);
  if (!passing.ok) return events.fail(new Error(passing.reason));
  // Cut short upstream: the agent must not take its part for the whole.
  answer.on('error', events.fail);
  answer.on('aborted', () => events.fail(new Error('the upstream broke off')));
  response.on('finish', () => drain(request));
  const { headers, body } = passing.value;
  const begin = (more: HeaderList = []): boolean => {
    response.sendDate = false;
    response.socket?.setNoDelay(true);
    try {
      response.writeHead(status, sayable(passing.value.statusMessage), flat([...headers, ...more]));
      return true;
    } catch (error) {
      events.fail(asError(error));
      return false;
    }
  };
  if (bodiless) {
    if (begin()) body.pipe(response);
    return;
  }
  const plain = echo !== undefined && !headers.some(([name]) => name.toLowerCase() === 'content-encoding');
  pass(body, answer, plain, response, rules.inspection, events, begin);
}

/** A status text as HTTP allows it (RFC 9112 section 4). Upstreams may write anything, and nobody needs it. */
const sayable = (text: string): string => (/^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? text : '');

/** Sends the head; false when it cannot be sent, which has been told then. */
type Begin = (more?: HeaderList) => boolean;

function pass(body: Readable, answer: IncomingMessage, plain: boolean, response: ServerResponse, inspection: Inspection, events: AnswerEvents, begin: Begin): void {
  const scan = inspection.answerBody(answer, plain);
  if (inspection.action === 'block') {
    const gated = body.pipe(gate(scan, 'answer')).on('error', events.fail);
    gated.once('readable', () => {
      if (!response.destroyed && !gated.destroyed && begin()) gated.pipe(response);
    });
    return closeWith(response, gated);
  }
  const warnings: Finding[] = [];
  const observed = body.pipe(
    observe(scan, (findings) => {
      warnings.push(...findings);
      events.found(findings);
    }),
  );
  observed.on('error', events.fail);
  closeWith(response, observed);
  if (inspection.action === 'log' || neverHeld.test(answer.headers['content-type'] ?? '')) {
    if (!begin()) return;
    sendHeadSoon(response, observed);
    return void observed.pipe(response);
  }
  hold(observed, (held, ended) => {
    if (response.destroyed || !begin(warnings.length === 0 ? [] : [[WARNING_HEADER, warnings.map(told).join(', ').replace(/[^\x20-\x7e]/g, '?')]])) return;
    if (ended) return void response.end(held);
    response.write(held);
    observed.pipe(response);
  });
}

/** The head of a stream does not wait for its first event; a head whose body came along with it costs no write of its own. */
function sendHeadSoon(response: ServerResponse, body: Readable): void {
  let quiet = true;
  body.once('data', () => (quiet = false));
  setImmediate(() => {
    if (quiet && !response.writableEnded && !response.destroyed) response.flushHeaders();
  });
}

/** A stream between two that is abandoned with its reader. */
function closeWith(response: ServerResponse, stream: Readable): void {
  response.once('close', () => stream.destroy());
}

/** Calls back once, when the stream has ended or enough of it was read. */
function hold(stream: Readable, done: (held: Buffer, ended: boolean) => void): void {
  const held: Buffer[] = [];
  let bytes = 0;
  const finish = (ended: boolean): void => {
    stream.off('readable', take).off('end', end);
    done(Buffer.concat(held), ended);
  };
  const end = (): void => finish(true);
  const take = (): void => {
    for (let chunk: unknown = stream.read(); Buffer.isBuffer(chunk); chunk = stream.read()) {
      held.push(chunk);
      bytes += chunk.length;
      if (bytes > LARGEST_HELD) return finish(false);
    }
  };
  stream.on('readable', take).on('end', end);
}
