import { expect } from 'vitest';
import type { TLSSocket } from 'node:tls';
import type { Route } from '../../../schemas/policy/route.ts';
import type { TimeLimits } from '../../../sidecars/egress/limits.ts';
import { answerOk } from './upstream.ts';
import { here, openTunnel, startWorld } from './world.ts';
import type { World } from './world.ts';

/** A world with an upstream to which TLS passes unread. */
export interface UnreadWorld {
  readonly world: World;
  /** `host:port` of the upstream, and its route. */
  readonly open: string;
  readonly unread: Route;
}

export async function startUnread(limits: Partial<TimeLimits>): Promise<UnreadWorld> {
  const world = await startWorld(limits);
  const open = `open.test:${world.open.port}`;
  return { world, open, unread: { host: open, private_addresses: true, tls_passthrough: true } };
}

/** Before each test: the upstream answers, its name resolves, its route is live. */
export function begin({ world, unread }: UnreadWorld): void {
  world.open.handler = answerOk;
  world.names.set('open.test', here);
  world.configure([unread]);
}

/** After each test: the line of a tunnel comes at its end, which must not fall into the next test. */
export async function end({ world }: UnreadWorld): Promise<void> {
  world.configure([]);
  await expect.poll(() => world.open.sockets.size).toBe(0);
}

/** TLS to the upstream itself: no certificate of ours would be believed. */
export function toUpstream({ world, open }: UnreadWorld, options = {}): Promise<TLSSocket> {
  return openTunnel(world, open, { ca: world.open.caPem, ...options });
}
