import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HeaderList } from '../../../schemas/policy/policy.ts';
import { accepted, refused } from '../../../schemas/policy/result.ts';
import type { Result } from '../../../schemas/policy/result.ts';
import type { Framing } from '../framing.ts';
import { headerList, passingResponseHeaders } from '../headers.ts';

/** Fixed by RFC 6455 section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Offered, compression would hide messages from the scan; unoffered, no server may use it. */
const notOffered = 'sec-websocket-extensions';

function valuesOf(headers: HeaderList, name: string): string[] {
  return headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value.trim());
}

/** Names the protocols a request wants to switch to, in lower case. */
export function upgradesTo(request: Pick<IncomingMessage, 'rawHeaders'>): string[] {
  return valuesOf(headerList(request.rawHeaders), 'upgrade').flatMap((value) => value.split(',')).map((token) => token.trim().toLowerCase());
}

/** The request without the wish to upgrade, as bytes: what a server that does not know the protocol would have read. */
export function withoutUpgrade(request: Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders'>): Buffer {
  const gone = new Set(['upgrade', 'http2-settings']);
  const lines = headerList(request.rawHeaders)
    .filter(([name]) => !gone.has(name.toLowerCase()))
    .map(([name, value]) => (name.toLowerCase() === 'connection' ? [name, value.split(',').filter((token) => !gone.has(token.trim().toLowerCase())).join(',') || 'keep-alive'] : [name, value]))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${request.method ?? ''} ${request.url ?? ''} HTTP/${request.httpVersion}\r\n${lines.join('')}\r\n`, 'latin1');
}

/** Checks the agent's side of the handshake (RFC 6455 section 4.2.1). The value is its key. */
export function clientHandshake(request: IncomingMessage, framing: Framing): Result<string> {
  const headers = headerList(request.rawHeaders);
  const [key, ...moreKeys] = valuesOf(headers, 'sec-websocket-key');
  if (request.method !== 'GET' || request.httpVersion !== '1.1' || framing.body.kind !== 'none') return refused('a WebSocket begins with a GET of HTTP/1.1 without a body');
  if (upgradesTo(request).join() !== 'websocket') return refused('a WebSocket request asks for nothing else');
  if (key === undefined || moreKeys.length > 0 || Buffer.from(key, 'base64').length !== 16) return refused('a WebSocket request has one key of 16 bytes');
  if (valuesOf(headers, 'sec-websocket-version').join() !== '13') return refused('only version 13 of WebSocket is spoken here');
  return accepted(key);
}

/** What of the judged headers goes upstream. */
export function handshakeHeaders(headers: HeaderList): HeaderList {
  return [...headers.filter(([name]) => name.toLowerCase() !== notOffered), ['Connection', 'Upgrade'], ['Upgrade', 'websocket']];
}

/** The 101 for the agent, from the upstream's (RFC 6455 section 4.1). */
export function serverHandshake(answer: IncomingMessage, key: string, clean: (value: string) => string): Result<Buffer> {
  const headers = headerList(answer.rawHeaders);
  if (valuesOf(headers, 'upgrade').join().toLowerCase() !== 'websocket') return refused('the upstream switched to another protocol');
  const proof = createHash('sha1').update(key + GUID).digest('base64');
  if (valuesOf(headers, 'sec-websocket-accept').join() !== proof) return refused('the upstream\'s WebSocket handshake does not answer ours');
  if (valuesOf(headers, notOffered).length > 0) return refused('the upstream uses a WebSocket extension that was not offered');
  const lines = passingResponseHeaders(answer.rawHeaders).map(([name, value]) => `${name}: ${clean(value)}\r\n`);
  return accepted(Buffer.from(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines.join('')}\r\n`, 'latin1'));
}
