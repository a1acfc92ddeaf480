import { lookup } from 'node:dns/promises';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { machineAddress } from '../host/address.ts';
import type { TestAuthority } from '../host/authority.ts';

/** A web server of the host's with a certificate of `authority`, and who came by. */
export interface ClientsHost {
  /** `name:port`, as a route names it. */
  readonly place: string;
  /** Whether this machine's own name resolves; else `place` is an address. */
  readonly named: boolean;
  /** `User-Agent` of every request, in order; what a client calls itself. */
  readonly agents: readonly string[];
  handler: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

/** Answers 200 at `/`, else 404, unless `handler` takes the request. */
export async function startHost(authority: TestAuthority): Promise<ClientsHost> {
  const name = hostname().toLowerCase();
  const named = await lookup(name).then(() => true, () => false);
  const address = named ? name : machineAddress();
  const { certPem, keyPem } = authority.issue([address]);
  const agents: string[] = [];
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    agents.push(request.headers['user-agent'] ?? '');
    request.resume();
    if (host.handler(request, response)) return;
    response.writeHead(request.url === '/' ? 200 : 404, { 'Content-Type': 'text/plain' }).end('here\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the host has no port');
  const host: ClientsHost = {
    place: `${address}:${bound.port}`,
    named,
    agents,
    handler: () => false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return host;
}
