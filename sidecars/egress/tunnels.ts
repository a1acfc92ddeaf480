import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { Authority } from '../../schemas/policy/host.ts';
import type { Policy, Scheme } from '../../schemas/policy/policy.ts';
import type { Route } from '../../schemas/policy/route.ts';
import { sameBudget } from './budget.ts';
import type { TimeLimits } from './limits.ts';

/** One CONNECT of the agent, from its answer to the end of the connection. */
export interface Tunnel {
  readonly authority: Authority;
  /** The agent's connection. */
  readonly raw: Socket;
  /** The route under which it passes unopened; undefined when its inside is read. */
  readonly unread: Route | undefined;
  /** What allowed it was taken away while it was open. */
  withdrawn: boolean;
  /** Known once the agent's first byte told TLS from plain HTTP. */
  scheme: Scheme | undefined;
  /** TLS is up; failures before are handshake failures. */
  established: boolean;
  /** Requests in flight. */
  active: number;
  /** `raw.bytesRead` when the last request ended. */
  idleAt: number;
  /** When the head of the coming request was first seen incomplete, in milliseconds of `performance.now()`. */
  headSince: number | undefined;
}

/** More at once is a flood; the agent gets a 503 it may retry. */
const MOST_TUNNELS = 1024;

/**
 * All open tunnels. Node enforces no header time limit on connections handed to a server that does not listen, so a
 * sweep does: one timer for all, no listener per socket.
 */
export class Tunnels {
  readonly #open = new Set<Tunnel>();
  readonly #byStream = new WeakMap<Duplex, Tunnel>();
  readonly #sweep: NodeJS.Timeout;

  constructor(limits: TimeLimits) {
    this.#sweep = setInterval(() => this.#cutSlow(performance.now(), limits.head), limits.sweep);
    this.#sweep.unref();
  }

  get full(): boolean {
    return this.#open.size >= MOST_TUNNELS;
  }

  add(authority: Authority, raw: Socket, unread?: Route): Tunnel {
    const tunnel: Tunnel = { authority, raw, unread, withdrawn: false, scheme: undefined, established: false, active: 0, idleAt: -1, headSince: undefined };
    this.#open.add(tunnel);
    raw.once('close', () => this.#open.delete(tunnel));
    return tunnel;
  }

  /** `stream` is what the HTTP parser reads: the TLS layer, or `raw` itself. */
  bind(stream: Duplex, tunnel: Tunnel): void {
    this.#byStream.set(stream, tunnel);
  }

  of(stream: Duplex): Tunnel | undefined {
    return this.#byStream.get(stream);
  }

  requestBegan(tunnel: Tunnel): void {
    tunnel.active++;
    tunnel.headSince = undefined;
  }

  requestEnded(tunnel: Tunnel): void {
    tunnel.active--;
    tunnel.idleAt = tunnel.raw.bytesRead;
  }

  /** Ends tunnels to places that are not allowed any more, requests in flight included. */
  closeUnless(stays: (tunnel: Tunnel) => boolean): void {
    for (const tunnel of this.#open) {
      if (stays(tunnel)) continue;
      tunnel.withdrawn = true;
      tunnel.raw.destroy();
    }
  }

  /** Tunnels with nothing in flight. */
  closeIdle(): void {
    for (const tunnel of this.#open) if (tunnel.active === 0) tunnel.raw.destroy();
  }

  /** Those whose inside nobody looks at. */
  closeUnread(): void {
    for (const tunnel of this.#open) if (tunnel.unread !== undefined) tunnel.raw.destroy();
  }

  closeAll(): void {
    clearInterval(this.#sweep);
    for (const tunnel of this.#open) tunnel.raw.destroy();
  }

  #cutSlow(now: number, limit: number): void {
    for (const tunnel of this.#open) {
      if (tunnel.active > 0 || tunnel.raw.bytesRead === tunnel.idleAt) continue;
      tunnel.headSince ??= now;
      if (now - tunnel.headSince > limit) tunnel.raw.destroy();
    }
  }
}

/** Whether a tunnel may stand under a policy: its place is listed, and is read, or passes unread to the same addresses under the same budget, as it began. */
export function stands(policy: Policy, { unread, scheme, authority }: Tunnel): boolean {
  if (unread !== undefined) {
    const route = policy.find('https', authority)?.route;
    return route?.tls_passthrough === true && (route.private_addresses ?? false) === (unread.private_addresses ?? false) && sameBudget(route, unread);
  }
  const schemes: readonly Scheme[] = scheme === undefined ? ['http', 'https'] : [scheme];
  return schemes.some((each) => {
    const route = policy.find(each, authority)?.route;
    return route !== undefined && route.tls_passthrough !== true;
  });
}
