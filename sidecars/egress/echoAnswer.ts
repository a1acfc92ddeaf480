import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { HeaderList } from '../../schemas/policy/policy.ts';
import { accepted, refused } from '../../schemas/policy/result.ts';
import type { Result } from '../../schemas/policy/result.ts';
import { decoded } from './dlp/codings.ts';
import type { EchoGuard } from './echo.ts';
import { passingResponseHeaders, responseLength } from './headers.ts';

/** What goes on to the agent of an upstream's answer. */
export interface PassingAnswer {
  readonly statusMessage: string;
  readonly headers: HeaderList;
  readonly body: Readable;
}

/** What an exchange wants to know about an answer that repeats its credential: where it did. */
export type EchoSeen = (where: string) => void;

/** The request asks for plain answers, so that an echo can be blotted out without changing a length; an upstream may code them all the same. */
export function askingForPlain(headers: HeaderList): HeaderList {
  return [...headers.filter(([name]) => name.toLowerCase() !== 'accept-encoding'), ['Accept-Encoding', 'identity']];
}

/** An answer as it came. */
export function plainAnswer(answer: IncomingMessage): PassingAnswer {
  return { statusMessage: answer.statusMessage ?? '', headers: [...passingResponseHeaders(answer.rawHeaders), ...responseLength(answer.rawHeaders)], body: answer };
}

/**
 * The answer without the credential that the request carried. A compressed one is handed on decompressed; one in a coding
 * we cannot read is refused, because nobody could tell what it repeats.
 */
export function guardedAnswer(guard: EchoGuard, answer: IncomingMessage, bodiless: boolean, seen: EchoSeen, fail: (error: Error) => void): Result<PassingAnswer> {
  const { statusMessage, headers, body } = plainAnswer(answer);
  const clean = headers.map(([name, value]) => {
    const blotted = guard.text(value);
    if (blotted !== value) seen(`response header ${name.toLowerCase()}`);
    return [guard.text(name), blotted] as const;
  });
  const status = guard.text(statusMessage);
  if (bodiless) return accepted({ statusMessage: status, headers: clean, body });
  const codings = (answer.headers['content-encoding'] ?? '').toLowerCase().split(',').map((coding) => coding.trim()).filter((coding) => coding !== '' && coding !== 'identity');
  const [coding] = codings;
  const filter = guard.stream(() => seen('response body')).on('error', fail);
  if (coding === undefined) return accepted({ statusMessage: status, headers: clean, body: body.pipe(filter) });
  const plain = codings.length === 1 ? decoded(body, coding, () => fail(new Error('the upstream\'s compressed answer is broken'))) : undefined;
  if (plain === undefined) return refused(`the upstream's answer is coded as ${codings.join(', ')}, which hides whether it repeats the credential`);
  const changed = new Set(['content-encoding', 'content-length', 'etag', 'digest', 'content-md5', 'accept-ranges']);
  return accepted({ statusMessage: status, headers: clean.filter(([name]) => !changed.has(name.toLowerCase())), body: plain.pipe(filter) });
}
