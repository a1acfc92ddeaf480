import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { Authority } from '../../schemas/policy/host.ts';
import type { Scheme } from '../../schemas/policy/policy.ts';
import type { TimeLimits } from './limits.ts';

/** One CONNECT of the agent, from its answer to the end of the connection. */
export interface Tunnel {
  readonly authority: Authority;
  /** The agent's connection. */
  readonly raw: Socket;
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

  add(authority: Authority, raw: Socket): Tunnel {
    const tunnel: Tunnel = { authority, raw, scheme: undefined, established: false, active: 0, idleAt: -1, headSince: undefined };
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
  closeUnless(allowed: (scheme: Scheme, authority: Authority) => boolean): void {
    for (const tunnel of this.#open) {
      const schemes: readonly Scheme[] = tunnel.scheme === undefined ? ['http', 'https'] : [tunnel.scheme];
      if (!schemes.some((scheme) => allowed(scheme, tunnel.authority))) tunnel.raw.destroy();
    }
  }

  /** Tunnels with nothing in flight. */
  closeIdle(): void {
    for (const tunnel of this.#open) if (tunnel.active === 0) tunnel.raw.destroy();
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
