import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { AgentOptions, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AgentOptions as SecureAgentOptions } from 'node:https';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { authorityKey, parseAuthority } from '../../schemas/policy/host.ts';
import type { Authority } from '../../schemas/policy/host.ts';
import { classifyAddress } from '../../schemas/policy/addresses.ts';
import { parseAddress } from '../../schemas/policy/ip.ts';
import type { Scheme } from '../../schemas/policy/policy.ts';
import type { UpstreamProxySettings } from '../../schemas/protocol/control.ts';
import { asError } from '../runtime/asError.ts';
import { timeLimits } from './limits.ts';

/** A proxy of the host's own network that stands between us and some upstreams. */
export interface UpstreamProxy {
  readonly host: string;
  readonly port: number;
  /** TLS is spoken to the proxy itself. */
  readonly secure: boolean;
  /** Value of `Proxy-Authorization`, from the user part of its URL. A secret. */
  readonly authorization: string | undefined;
}

/** Which proxy a place is reached through; undefined: directly. */
export type ProxyFor = (scheme: Scheme, authority: Authority) => UpstreamProxy | undefined;

/** Throws one sentence without the value (it may hold a password) when a setting is not understood. */
export function proxyChoice(settings: UpstreamProxySettings | undefined): ProxyFor {
  const proxies = { https: parseProxy('HTTPS_PROXY', settings?.https), http: parseProxy('HTTP_PROXY', settings?.http) };
  const direct = (settings?.noProxy ?? '').split(/[\s,]+/).filter((entry) => entry !== '').map(exception);
  return (scheme, authority) => (isLoopback(authority) || direct.some((fits) => fits(authority)) ? undefined : proxies[scheme]);
}

function parseProxy(name: string, text: string | undefined): UpstreamProxy | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const full = text.includes('://') ? text.trim() : `http://${text.trim()}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || url.hostname === '' || !['http:', 'https:'].includes(url.protocol)) throw new Error(`${name} (or ALL_PROXY) of the host is not an http:// or https:// proxy`);
  const secure = url.protocol === 'https:';
  const user = url.username === '' ? undefined : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
    authorization: user === undefined ? undefined : `Basic ${Buffer.from(user).toString('base64')}`,
  };
}

/** Nobody's proxy is asked for the machine's own loopback. */
function isLoopback({ host, kind }: Authority): boolean {
  return kind === 'name' ? host === 'localhost' || host.endsWith('.localhost') : classifyAddress(host).range === 'loopback';
}

/** One entry of NO_PROXY as curl and Go read it: `*`, a name with all below it, a name with a port, an address, a CIDR range. */
function exception(entry: string): (authority: Authority) => boolean {
  if (entry === '*') return () => true;
  const range = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(entry);
  if (range !== null) return inRange(range[1] ?? '', Number(range[2]));
  const parsed = parseAuthority(entry.replace(/^\*?\./, ''), 0);
  const bare = parsed.ok ? parsed : parseAuthority(`[${entry}]`, 0);
  if (!bare.ok) return () => false;
  const { host, port, kind } = bare.value;
  return (authority) => (port === 0 || port === authority.port) && (authority.host === host || (kind === 'name' && authority.host.endsWith(`.${host}`)));
}

function inRange(base: string, bits: number): (authority: Authority) => boolean {
  const prefix = parseAddress(base);
  const binary = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('').slice(0, bits);
  return ({ host }) => {
    const bytes = parseAddress(host);
    return prefix !== undefined && bytes?.length === prefix.length && binary(bytes) === binary(prefix);
  };
}

/** Header of a request that a proxy carries. */
export function proxyHeaders(proxy: UpstreamProxy): readonly (readonly [string, string])[] {
  return proxy.authorization === undefined ? [] : [['Proxy-Authorization', proxy.authorization]];
}

/** What a pool behind a proxy needs to know. */
export interface WayThrough {
  readonly authority: Authority;
  readonly proxy: UpstreamProxy;
  /** Whom we believe, proxy and origin alike. */
  readonly trust: SecureContext;
  /** Throws when the place may not be reached; runs before the proxy hears of it. */
  readonly check: () => Promise<void>;
  /** Once it is aborted nothing is dialled any more. */
  readonly shut: AbortSignal;
}

type Created = (error: Error | null, stream?: Duplex) => void;

/** A pool of connections to the proxy itself, for `http://`. The check runs before each: no lookup of ours could refuse. */
export class PlainProxyPool extends HttpAgent {
  readonly #to: WayThrough;

  constructor(options: AgentOptions, to: WayThrough) {
    super(options);
    this.#to = to;
  }

  /** Overrides Node's, which its types leave out. */
  createConnection(_options: RequestOptions, created: Created): undefined {
    const { check, proxy, trust, shut } = this.#to;
    check()
      .then(() => shut.throwIfAborted())
      .then(() => created(null, proxy.secure ? tlsConnect({ host: proxy.host, port: proxy.port, servername: proxy.host, secureContext: trust, rejectUnauthorized: true }) : connect(proxy.port, proxy.host)))
      .catch((error: unknown) => created(asError(error)));
    return undefined;
  }
}

/** A pool whose connections are CONNECT tunnels. The origin's certificate is verified through the tunnel as without one. */
export class TunnelPool extends HttpsAgent {
  readonly #to: WayThrough;

  constructor(options: SecureAgentOptions, to: WayThrough) {
    super(options);
    this.#to = to;
  }

  /** Overrides Node's, which its types leave out. */
  createConnection(_options: RequestOptions, created: Created): undefined {
    const { authority, check, trust, shut } = this.#to;
    check()
      .then(() => tunnelThrough(this.#to, shut))
      .then((socket) => created(null, tlsConnect({ socket, host: authority.host, ...(authority.kind === 'name' ? { servername: authority.host } : {}), secureContext: trust, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] })))
      .catch((error: unknown) => created(asError(error)));
    return undefined;
  }
}

/**
 * A CONNECT tunnel through a proxy, as it came. Rejects with one sentence and the code `EPROXY`, also when the proxy takes
 * longer than connecting may or the signal says that nobody waits any more; `check` is the caller's to run.
 */
export function tunnelThrough({ authority, proxy, trust }: Omit<WayThrough, 'check' | 'shut'>, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const place = authorityKey(authority);
    const connecting = (proxy.secure ? httpsRequest : httpRequest)({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: place,
      headers: Object.fromEntries([['Host', place], ...proxyHeaders(proxy)]),
      agent: false,
      insecureHTTPParser: false,
      ...(proxy.secure ? { secureContext: trust, rejectUnauthorized: true } : {}),
    });
    const giveUp = (): void => void connecting.destroy(Object.assign(new Error('given up'), { code: 'ETIMEDOUT' }));
    const limit = setTimeout(giveUp, timeLimits.connect);
    signal.addEventListener('abort', giveUp);
    connecting.once('close', () => {
      clearTimeout(limit);
      signal.removeEventListener('abort', giveUp);
    });
    const fail = (message: string): void => reject(Object.assign(new Error(message), { code: 'EPROXY' }));
    connecting.on('connect', (answer, socket, head) => {
      clearTimeout(limit);
      signal.removeEventListener('abort', giveUp);
      if (answer.statusCode === 200 && head.length === 0) return resolve(socket);
      socket.destroy();
      fail(`the network's own proxy answered ${answer.statusCode ?? 0}`);
    });
    connecting.on('response', (answer) => {
      answer.destroy();
      fail(`the network's own proxy answered ${answer.statusCode ?? 0}`);
    });
    connecting.on('error', (error: NodeJS.ErrnoException) => fail(`the network's own proxy cannot be reached (${error.code ?? error.message})`));
    connecting.end();
  });
}
