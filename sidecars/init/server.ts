import { chmodSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { outerPaths } from '../../schemas/protocol/bottleInit.ts';
import { largestTerminalFrame, type TerminalOpening, terminalOpeningSchema, type TerminalRequest, terminalRequestSchema } from '../../schemas/protocol/terminal.ts';
import { namesIn } from '../names/names.ts';
import type { Agent } from './agent.ts';
import { startCommand } from './command.ts';
import type { Ptys } from './pty.ts';
import type { Sandboxes } from './sandbox.ts';
import { Sender } from './sender.ts';

/** The socket by which terminals, commands and questions reach the bottle (`schemas/protocol/terminal.ts`). */
export interface Serving {
  /** Tells every viewer how the agent ended and hangs up. */
  close(code: number): Promise<void>;
}

interface Connection {
  readonly socket: WebSocket;
  readonly client: Sender;
}

/** Listens on the unix socket `path`; the folder it is in decides who may connect. */
export async function serveBottle(path: string, agent: Agent, sandboxes: Sandboxes, ptys: Ptys): Promise<Serving> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: largestTerminalFrame });
  const watchers = new Set<Sender>();

  const serve = async ({ socket, client }: Connection, opening: TerminalOpening): Promise<void> => {
    switch (opening.type) {
      case 'watch':
        watchers.add(client);
        return client.news({ type: 'ready' });
      case 'attach':
        watchers.add(client);
        receive(socket, (bytes) => agent.terminal.write(bytes, client), (request) => {
          if (request.type === 'resize') agent.terminal.resize(request.size);
        });
        agent.terminal.resize(opening.size);
        client.news({ type: 'ready' });
        return agent.terminal.add(client);
      case 'names':
        return client.news({ type: 'names', names: Object.entries(await namesIn(outerPaths.workspace, opening.folders)) });
      case 'exec': {
        const command = startCommand(sandboxes, ptys, await agent.running, opening, client);
        socket.once('close', () => command.kill());
        if (socket.readyState !== socket.OPEN) command.kill();
        receive(socket, (framed) => command.input(framed.subarray(1)), (request) => {
          if (request.type === 'resize') command.resize(request.size);
          else command.inputEnd();
        });
        client.news({ type: 'ready' });
        return client.close({ type: 'exited', code: await command.exited });
      }
    }
  };

  sockets.on('connection', (socket) => {
    const client = new Sender(socket);
    socket.on('error', () => client.drop());
    socket.once('close', () => {
      watchers.delete(client);
      agent.terminal.remove(client);
    });
    socket.once('message', (data: RawData) => {
      const opening = terminalOpeningSchema.safeParse(parse(data));
      if (!opening.success) return void client.close({ type: 'error', message: 'The first message is not an opening.' });
      serve({ socket, client }, opening.data).catch((error: unknown) =>
        client.close({ type: 'error', message: error instanceof Error ? error.message : String(error) }),
      );
    });
  });

  http.listen({ path });
  await once(http, 'listening');
  chmodSync(path, 0o600);
  return {
    async close(code) {
      http.close();
      await Promise.all([...watchers].map((watcher) => watcher.close({ type: 'exited', code })));
    },
  };
}

function receive(socket: WebSocket, bytes: (bytes: Buffer) => void, request: (request: TerminalRequest) => void): void {
  socket.on('message', (data: RawData, binary) => {
    if (binary) return bytes(bufferOf(data));
    const parsed = terminalRequestSchema.safeParse(parse(data));
    if (parsed.success) request(parsed.data);
    else socket.terminate();
  });
}

function bufferOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

function parse(data: RawData): unknown {
  try {
    return JSON.parse(bufferOf(data).toString('utf8'));
  } catch {
    return undefined;
  }
}
