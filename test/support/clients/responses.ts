import { createServer } from 'node:https';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { machineAddress } from '../host/address.ts';
import type { TestAuthority } from '../host/authority.ts';

/** A stand-in for the OpenAI Responses API, over server-sent events and over WebSocket, that always says the same. */
export interface ResponsesHost {
  /** `address:port`. */
  readonly place: string;
  /** Credential and channel of every answer given. */
  readonly answers: readonly { readonly channel: 'events' | 'socket'; readonly authorization: string | undefined; readonly asked: string }[];
  close(): Promise<void>;
}

const askSchema = z.object({ type: z.string().optional(), generate: z.boolean().optional() });

/** The events of one answer; a warm-up (`generate: false`) has no item. */
function eventsOf(id: string, text: string | undefined): readonly object[] {
  const item = { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: text ?? '', annotations: [] }] };
  const usage = { input_tokens: 1, input_tokens_details: { cached_tokens: 0 }, output_tokens: 1, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 2 };
  return [
    { type: 'response.created', response: { id, object: 'response', status: 'in_progress', output: [] } },
    ...(text === undefined ? [] : [{ type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', content: [] } }, { type: 'response.output_item.done', output_index: 0, item }]),
    { type: 'response.completed', response: { id, object: 'response', status: 'completed', output: text === undefined ? [] : [item], usage } },
  ];
}

export async function startResponses(authority: TestAuthority, text: string): Promise<ResponsesHost> {
  const address = machineAddress();
  const { certPem, keyPem } = authority.issue([address]);
  const answers: { channel: 'events' | 'socket'; authorization: string | undefined; asked: string }[] = [];
  const count = { answers: 0 };
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method !== 'POST' || !request.url?.endsWith('/responses')) return void response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"error":{"message":"nothing here"}}');
      answers.push({ channel: 'events', authorization: request.headers.authorization, asked: Buffer.concat(chunks).toString() });
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      for (const event of eventsOf(`resp_${++count.answers}`, text)) response.write(`event: ${'type' in event ? String(event.type) : ''}\ndata: ${JSON.stringify(event)}\n\n`);
      response.end();
    });
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: true });
  sockets.on('connection', (socket, request) => {
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const asked = data.toString();
      const warmUp = askSchema.safeParse(JSON.parse(asked)).data?.generate === false;
      if (!warmUp) answers.push({ channel: 'socket', authorization: request.headers.authorization, asked });
      for (const event of eventsOf(`resp_${++count.answers}`, warmUp ? undefined : text)) socket.send(JSON.stringify(event));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the model has no port');
  return {
    place: `${address}:${bound.port}`,
    answers,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
