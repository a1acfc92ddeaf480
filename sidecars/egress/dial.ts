import { lookup as systemLookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect } from 'node:net';
import type { LookupFunction, Socket, TcpNetConnectOpts } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { refusedAddress } from '../../schemas/policy/addresses.ts';
import { authorityKey } from '../../schemas/policy/host.ts';
import type { Authority } from '../../schemas/policy/host.ts';
import type { Scheme } from '../../schemas/policy/policy.ts';
import type { Route } from '../../schemas/policy/route.ts';
import type { Live } from './live.ts';
import { PlainProxyPool, TunnelPool, tunnelThrough } from './upstreamProxy.ts';
import type { UpstreamProxy } from './upstreamProxy.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

export const resolveWithSystem: Resolve = (host) => systemLookup(host, { all: true, verbatim: true });

/** The name points to a place no route may reach, or not this one. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** Throws `AddressRefused` unless every address may be dialled for this route. */
export function checkAddresses(host: string, addresses: readonly string[], route: Route): void {
  const refused = refusedAddress(addresses, route.private_addresses === true);
  if (refused === undefined) return;
  throw new AddressRefused(`${host} is at ${refused.address}, a ${refused.range} address`);
}

/** Where a request is dialled. */
export interface Way {
  readonly pool: HttpAgent;
  /** Set when an `http://` request goes to a proxy of the host's network, in absolute form. */
  readonly via: UpstreamProxy | undefined;
}

interface Pool {
  readonly agent: HttpAgent;
  readonly scheme: Scheme;
  readonly authority: Authority;
}

/** Behind a proxy our own resolver may know nothing, and slowly. Milliseconds. */
const PROXIED_RESOLVE_MS = 2_000;

/** Free sockets are kept this long; past it, upstreams tend to have closed them. Milliseconds. */
const IDLE_MS = 30_000;

/**
 * Connection pools, one per place and address rule, so that no connection serves a route it was not checked for.
 * Names are resolved once per connection and exactly what was checked is dialled.
 */
export class Pools {
  readonly #resolve: Resolve;
  readonly #pools = new Map<string, Pool>();
  /** Ends what is still being dialled when all connections are cut. */
  readonly #shut = new AbortController();

  constructor(resolve: Resolve) {
    this.#resolve = resolve;
    setMaxListeners(0, this.#shut.signal);
  }

  wayTo(live: Live, scheme: Scheme, authority: Authority, route: Route): Way {
    const proxy = live.proxyFor(scheme, authority);
    const via = scheme === 'http' ? proxy : undefined;
    const key = poolKey(scheme, authority, route);
    const known = this.#pools.get(key);
    if (known !== undefined) return { pool: known.agent, via };
    const pool = this.#poolFor(live, scheme, authority, route, proxy);
    this.#pools.set(key, { agent: pool, scheme, authority });
    return { pool, via };
  }

  /**
   * Resolves and checks a place that is reached without reading what goes there. What it gives dials exactly the addresses
   * that were checked, or asks the network's proxy; its connection belongs to the caller. Rejects with `AddressRefused`.
   */
  async unreadWayTo(live: Live, authority: Authority, route: Route): Promise<(signal: AbortSignal) => Promise<Socket>> {
    const proxy = live.proxyFor('https', authority);
    if (proxy !== undefined) {
      await this.#checkBehindProxy(authority, route);
      return (signal) => tunnelThrough({ authority, proxy, trust: live.trust }, AbortSignal.any([signal, this.#shut.signal]));
    }
    const { host, port, kind } = authority;
    const answers = kind === 'name' ? await this.#resolve(host) : [{ address: host, family: kind === 'ipv4' ? 4 : 6 }];
    checkAddresses(host, answers.map(({ address }) => address), route);
    const [first] = answers;
    if (first === undefined) throw noAddress(host);
    const lookup: LookupFunction = (_host, options, callback) => (options.all === true ? callback(null, [...answers]) : callback(null, first.address, first.family));
    return (signal) => dialled({ host, port, lookup }, AbortSignal.any([signal, this.#shut.signal]));
  }

  #poolFor(live: Live, scheme: Scheme, authority: Authority, route: Route, proxy: UpstreamProxy | undefined): HttpAgent {
    const options = { keepAlive: true, maxFreeSockets: 16, timeout: IDLE_MS, noDelay: true };
    if (proxy !== undefined) {
      const through = { authority, proxy, trust: live.trust, check: () => this.#checkBehindProxy(authority, route), shut: this.#shut.signal };
      return scheme === 'http' ? new PlainProxyPool(options, through) : new TunnelPool(options, through);
    }
    const lookup = this.#checkedLookup(route);
    if (scheme === 'http') return new HttpAgent({ ...options, lookup });
    // Said, because an environment variable could switch it off.
    const verified = { rejectUnauthorized: true, secureContext: live.trust, ALPNProtocols: ['http/1.1'] };
    return new HttpsAgent({ ...options, ...verified, lookup, ...(authority.kind === 'name' ? { servername: authority.host } : {}) });
  }

  /** What we can resolve is held to the address rule here too; a name that only the proxy knows is the proxy's to judge. */
  async #checkBehindProxy(authority: Authority, route: Route): Promise<void> {
    if (authority.kind !== 'name') return checkAddresses(authority.host, [authority.host], route);
    const patience = new AbortController();
    const answers = await Promise.race([
      this.#resolve(authority.host).catch(() => []),
      setTimeout(PROXIED_RESOLVE_MS, [], { signal: patience.signal, ref: false }).catch(() => []),
    ]);
    patience.abort();
    checkAddresses(authority.host, answers.map((answer) => answer.address), route);
  }

  /** Forgets pools that no route of this policy uses; requests in flight keep their connection to the end. */
  retain(live: Live): void {
    for (const [key, { agent, scheme, authority }] of this.#pools) {
      const route = live.policy.find(scheme, authority)?.route;
      if (route === undefined || poolKey(scheme, authority, route) !== key) this.#drop(key, agent);
    }
  }

  /** After a change of trust or of the network's proxies every pool is stale. */
  clear(): void {
    for (const [key, { agent }] of this.#pools) this.#drop(key, agent);
  }

  /** Ends every connection to an upstream for good, requests in flight and half-dialled ones included. */
  cut(): void {
    this.#shut.abort();
    for (const { agent } of this.#pools.values()) agent.destroy();
    this.#pools.clear();
  }

  #drop(key: string, agent: HttpAgent): void {
    this.#pools.delete(key);
    agent.maxFreeSockets = 0;
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }

  #checkedLookup(route: Route): LookupFunction {
    return (host, options, callback) => {
      this.#resolve(host).then(
        (answers) => {
          try {
            const fitting = answers.filter((answer) => !options.family || answer.family === Number(options.family));
            checkAddresses(host, answers.map((answer) => answer.address), route);
            const [first] = fitting;
            if (first === undefined) throw noAddress(host);
            if (options.all === true) callback(null, [...fitting]);
            else callback(null, first.address, first.family);
          } catch (error) {
            callback(error instanceof Error ? error : new Error(String(error)), '');
          }
        },
        (error: NodeJS.ErrnoException) => callback(error, ''),
      );
    };
  }
}

function noAddress(host: string): Error {
  return Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
}

function dialled(to: TcpNetConnectOpts, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ ...to, allowHalfOpen: true, noDelay: true });
    const giveUp = (): void => void socket.destroy(new Error('nobody waits for it'));
    signal.addEventListener('abort', giveUp);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      signal.removeEventListener('abort', giveUp);
      resolve(socket);
    });
  });
}

function poolKey(scheme: Scheme, authority: Authority, route: Route): string {
  return `${scheme}://${authorityKey(authority)} ${route.private_addresses === true ? 'private' : 'public'}`;
}
