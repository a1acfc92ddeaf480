import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** The agent may start before the sidecar: until then a connection waits instead of failing. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 50;

/** What connect says while the other side is not there yet, or its queue is full for a moment. */
const worthWaiting = new Set(['ENOENT', 'ECONNREFUSED', 'EAGAIN']);

/** Carries `client` to the unix socket, half-closes included. Ends both when either fails. */
export function pipeToUnixSocket(client: Socket, socketPath: string): void {
  const until = Date.now() + PATIENCE_MS;
  const attempt = (): void => {
    if (client.destroyed) return;
    const upstream = connect({ path: socketPath, allowHalfOpen: true });
    const refused = (error: NodeJS.ErrnoException): void => {
      if (worthWaiting.has(error.code ?? '') && Date.now() < until) setTimeout(attempt, RETRY_MS).unref();
      else client.destroy();
    };
    upstream.once('error', refused);
    upstream.once('connect', () => {
      upstream.off('error', refused);
      join(client, upstream);
    });
  };
  client.on('error', () => client.destroy());
  attempt();
}

function join(client: Socket, upstream: Socket): void {
  const close = (): void => {
    client.destroy();
    upstream.destroy();
  };
  for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
    from.on('error', close);
    // Closed before its end: the other side must not take what it has for the whole.
    from.on('close', () => (from.readableEnded ? to.destroySoon() : close()));
    from.pipe(to);
  }
  if (client.destroyed) close();
}
