import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { machineAddress } from '../host/address.ts';
import type { TestAuthority } from '../host/authority.ts';
import { requestSchema, streamedAnswer, turnsOf, wholeAnswer } from './messages.ts';
import { nextAction } from './script.ts';

/** One request as it arrived, credential included: the whole point is to see which one it was. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  readonly bytes: number;
  readonly body: string;
}

/** A model that does what the prompt says, and remembers who asked. */
export interface ModelServer {
  /** `https://ADDRESS:PORT`, reachable from a container of this machine too. */
  readonly url: string;
  /** `ADDRESS:PORT`, as a route names it. */
  readonly host: string;
  /** In order of arrival; a test may empty it to start over. */
  readonly requests: Received[];
  close(): Promise<void>;
}

/**
 * Starts the scripted model behind a certificate of `authority`, on every interface of this machine. A script given here
 * is done for every prompt, after what the prompt itself asks for.
 */
export async function startModel(authority: TestAuthority, script = ''): Promise<ModelServer> {
  const address = machineAddress();
  const { certPem, keyPem } = authority.issue([address, '127.0.0.1', 'localhost']);
  const requests: Received[] = [];
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    receive(request)
      .then((received) => {
        requests.push(received);
        return answer(received, response, script);
      })
      .catch((thrown: unknown) => sendJson(response, 500, { type: 'error', error: { type: 'api_error', message: String(thrown) } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the model has no port');
  return {
    url: `https://${address}:${bound.port}`,
    host: `${address}:${bound.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const key = request.headers['x-api-key'];
  return {
    method: request.method ?? '',
    path: (request.url ?? '').split('?')[0] ?? '',
    authorization: request.headers.authorization,
    apiKey: typeof key === 'string' ? key : undefined,
    bytes: body.length,
    body: body.toString('utf8'),
  };
}

async function answer(received: Received, response: ServerResponse, script: string): Promise<void> {
  if (received.method === 'POST' && received.path.endsWith('/v1/messages/count_tokens')) return sendJson(response, 200, { input_tokens: 1000 });
  if (received.method !== 'POST' || !received.path.endsWith('/v1/messages')) {
    // What the CLI also asks for, and does without.
    return sendJson(response, 404, { type: 'error', error: { type: 'not_found_error', message: `nothing at ${received.path}` } });
  }
  const request = requestSchema.parse(JSON.parse(received.body));
  const turns = turnsOf(request).map((turn) => (turn.role === 'user' ? { ...turn, text: turn.text + script } : turn));
  const action = nextAction(turns, (request.tools ?? []).map((tool) => tool.name ?? ''));
  if (action.waitMs > 0) await wait(action.waitMs);
  if (request.stream !== true) return sendJson(response, 200, wholeAnswer(request.model, action));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const [name, data] of streamedAnswer(request.model, action)) response.write(`event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`);
  response.end();
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
