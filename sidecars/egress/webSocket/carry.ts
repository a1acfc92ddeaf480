import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Finding } from '../../../schemas/protocol/egressLog.ts';
import { asError } from '../../runtime/asError.ts';
import { relay } from '../answer.ts';
import type { Way } from '../dial.ts';
import { egressClosed, onceConnected, openUpstream } from '../forward.ts';
import type { Ends, Outcome, Outgoing } from '../forward.ts';
import { BodyBlocked } from '../scanStream.ts';
import { serverHandshake } from './handshake.ts';
import { converse } from './session.ts';

/** An agent's connection that wants to leave HTTP. */
export interface Upgrade {
  readonly socket: Duplex;
  /** What came behind the request's head. */
  readonly head: Buffer;
  /** The agent's `Sec-WebSocket-Key`. */
  readonly key: string;
}

/** Carries one WebSocket, from its handshake to its end. An upstream that answers with plain HTTP is passed on as such. Never rejects. */
export function carryWebSocket(outgoing: Outgoing, way: Way, request: IncomingMessage, response: ServerResponse, { socket, head, key }: Upgrade, { limits, onFailure, untilClosed }: Ends): Promise<Outcome> {
  return new Promise((resolve) => {
    const bytes = { up: 0, down: 0 };
    const findings: Finding[] = [];
    let failed: Error | undefined;
    let sent = false;
    let conversing = false;
    const upstream = openUpstream(outgoing, way, limits);
    const done = (midStream: boolean): void => {
      stopListening();
      resolve({ bytesUp: bytes.up, bytesDown: bytes.down, findings, midStream, sent, ...(failed === undefined ? {} : { failed }) });
    };
    const fail = (error: Error): void => {
      if (failed !== undefined) return;
      failed = error;
      upstream.destroy();
      if (response.headersSent) response.destroy();
      else onFailure(error, sent);
    };
    const hungUp = (): void => {
      upstream.destroy();
      if (!response.writableFinished) failed ??= new Error('the agent hung up');
      done(response.headersSent);
    };
    response.on('close', hungUp);
    onceConnected(upstream, () => (sent = true));
    upstream.on('error', fail);
    upstream.on('timeout', () => fail(Object.assign(new Error('the upstream is silent'), { code: 'ETIMEDOUT' })));
    upstream.on('response', (answer) => {
      upstream.off('error', fail).on('error', () => undefined);
      answer.on('data', (chunk: Buffer) => (bytes.down += chunk.length));
      relay(answer, request, response, outgoing, { fail, found: (seen) => void findings.push(...seen) });
    });
    upstream.on('upgrade', (answer, far, farHead) => {
      const { echo, inspection } = outgoing;
      const handshake = serverHandshake(answer, key, (value) => echo?.text(value) ?? value);
      if (!handshake.ok) {
        far.destroy();
        return fail(new Error(handshake.reason));
      }
      response.off('close', hungUp);
      conversing = true;
      response.detachSocket(request.socket);
      socket.write(handshake.value);
      const told = inspection.action === 'block' ? {} : { found: (seen: readonly Finding[]): void => void findings.push(...seen) };
      const blot = (data: Buffer): Buffer => (echo === undefined ? data : Buffer.from(echo.text(data.toString('latin1')), 'latin1'));
      const farRoom = outgoing.room?.beside();
      converse(
        { stream: socket, head, scan: inspection.messages('up'), clean: blot, charge: outgoing.charge, room: outgoing.room },
        { stream: far, head: farHead, scan: inspection.messages('down'), clean: (data) => data, room: farRoom, ...told },
        (count, direction) => (bytes[direction] += count),
        limits,
      )
        .catch((error: unknown) => {
          failed = asError(error);
          if (failed instanceof BodyBlocked) findings.push(...failed.findings);
        })
        .finally(() => {
          farRoom?.resize(0);
          done(true);
        });
    });
    const stopListening = untilClosed(() => (conversing ? socket.destroy() : fail(egressClosed())));
    if (failed === undefined) upstream.end();
  });
}
