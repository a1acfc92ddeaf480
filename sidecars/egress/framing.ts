import type { IncomingMessage } from 'node:http';
import { accepted, refused } from '../../schemas/policy/result.ts';
import type { Result } from '../../schemas/policy/result.ts';

/** How the body is delimited, the same on both sides of us. */
export type Body = { readonly kind: 'none' } | { readonly kind: 'length'; readonly length: string } | { readonly kind: 'chunked' };

export interface Framing {
  /** The Host header; HTTP/1.0 clients (Python's CONNECT) may leave it out. */
  readonly host: string | undefined;
  readonly body: Body;
  /** The agent waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** Asks to leave HTTP, e.g. for WebSocket. `h2c` alone is not: ignoring it is the answer. */
  readonly upgrade: boolean;
}

/** Node cuts longer header lists silently, so stay far below. */
const MOST_HEADERS = 200;

/**
 * What Node's parser lets through but two HTTP readers could take apart differently. Works on `rawHeaders`: the joined
 * view hides repeated lines.
 */
export function checkFraming(request: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>): Result<Framing> {
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0') return refused('only HTTP/1.0 and HTTP/1.1 are spoken here');
  if (request.rawHeaders.length > 2 * MOST_HEADERS) return refused(`a request has at most ${MOST_HEADERS} headers`);
  const values = (name: string): string[] => request.rawHeaders.filter((_, i) => i % 2 === 1 && request.rawHeaders[i - 1]?.toLowerCase() === name);

  const [host, ...moreHosts] = values('host');
  if (moreHosts.length > 0 || (host === undefined && request.httpVersion === '1.1')) return refused('a request has exactly one Host header');

  const lengths = values('content-length');
  const codings = values('transfer-encoding');
  const [length] = lengths;
  const [coding] = codings;
  if (lengths.length > 1 || (length !== undefined && !/^[0-9]{1,15}$/.test(length))) return refused('Content-Length is not one number');
  if (codings.length > 1 || (coding !== undefined && coding.toLowerCase() !== 'chunked')) return refused('Transfer-Encoding is not just chunked');
  if (coding !== undefined && (length !== undefined || request.httpVersion === '1.0')) return refused('Transfer-Encoding does not go with Content-Length or HTTP/1.0');

  const expectations = values('expect');
  if (expectations.some((value) => value.toLowerCase() !== '100-continue')) return refused('only Expect: 100-continue is known');
  return accepted({
    host,
    body: coding !== undefined ? { kind: 'chunked' } : length !== undefined ? { kind: 'length', length } : { kind: 'none' },
    expectsContinue: expectations.length > 0,
    upgrade: values('upgrade').some((value) => value.trim().toLowerCase() !== 'h2c'),
  });
}
