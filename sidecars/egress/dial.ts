import { lookup as systemLookup } from 'node:dns/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { refusedAddress } from '../../schemas/policy/addresses.ts';
import { authorityKey } from '../../schemas/policy/host.ts';
import type { Authority } from '../../schemas/policy/host.ts';
import type { Scheme } from '../../schemas/policy/policy.ts';
import type { Route } from '../../schemas/policy/route.ts';
import type { Live } from './live.ts';

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

/** Free sockets are kept this long; past it, upstreams tend to have closed them. Milliseconds. */
const IDLE_MS = 30_000;

/**
 * Connection pools, one per place and address rule, so that no connection serves a route it was not checked for.
 * Names are resolved once per connection and exactly what was checked is dialled.
 */
export class Pools {
  readonly #resolve: Resolve;
  readonly #pools = new Map<string, HttpAgent>();

  constructor(resolve: Resolve) {
    this.#resolve = resolve;
  }

  agentFor(live: Live, scheme: Scheme, authority: Authority, route: Route): HttpAgent {
    const key = poolKey(scheme, authority, route);
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const options = {
      keepAlive: true,
      maxFreeSockets: 16,
      timeout: IDLE_MS,
      noDelay: true,
      lookup: this.#checkedLookup(route),
    };
    const pool =
      scheme === 'http'
        ? new HttpAgent(options)
        : // Said, because an environment variable could switch it off.
          new HttpsAgent({ ...options, rejectUnauthorized: true, secureContext: live.trust, ALPNProtocols: ['http/1.1'], ...(authority.kind === 'name' ? { servername: authority.host } : {}) });
    this.#pools.set(key, pool);
    return pool;
  }

  /** Forgets pools that no route of this policy uses; requests in flight keep their connection to the end. */
  retain(live: Live): void {
    const wanted = new Set(
      live.policy.routes.flatMap((route) =>
        (['http', 'https'] as const).map((scheme) => poolKey(scheme, scheme === 'http' && route.authority.port === 443 ? { ...route.authority, port: 80 } : route.authority, route.route)),
      ),
    );
    for (const [key, pool] of this.#pools) if (!wanted.has(key)) this.#drop(key, pool);
  }

  /** After a change of trust every pool is stale. */
  clear(): void {
    for (const [key, pool] of this.#pools) this.#drop(key, pool);
  }

  #drop(key: string, pool: HttpAgent): void {
    this.#pools.delete(key);
    pool.maxFreeSockets = 0;
    for (const sockets of Object.values(pool.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }

  #checkedLookup(route: Route): LookupFunction {
    return (host, options, callback) => {
      this.#resolve(host).then(
        (answers) => {
          try {
            const fitting = answers.filter((answer) => !options.family || answer.family === Number(options.family));
            checkAddresses(host, answers.map((answer) => answer.address), route);
            const [first] = fitting;
            if (first === undefined) throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
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

function poolKey(scheme: Scheme, authority: Authority, route: Route): string {
  return `${scheme}://${authorityKey(authority)} ${route.private_addresses === true ? 'private' : 'public'}`;
}
