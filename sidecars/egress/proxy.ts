import { ServerResponse, createServer } from 'node:http';
import type { IncomingMessage, Server, ServerOptions } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { listenOnSocket } from '../runtime/unixSocket.ts';
import { Budgets } from './budget.ts';
import { answerConnect } from './connect.ts';
import { DecisionLog } from './decisionLog.ts';
import { denial, sendDenial, sendRawDenial } from './denial.ts';
import { Pools } from './dial.ts';
import type { Resolve } from './dial.ts';
import { Exchanges } from './exchange.ts';
import { IncidentSwitch } from './incident.ts';
import type { Entrance, Leaving } from './exchange.ts';
import { HeldBodies, mostHeld } from './heldBodies.ts';
import type { LineLog } from '../runtime/lineLog.ts';
import { timeLimits } from './limits.ts';
import type { TimeLimits } from './limits.ts';
import type { Live } from './live.ts';
import { Tunnels, stands } from './tunnels.ts';
import { Turns } from './turns.ts';
import { upgradesTo, withoutUpgrade } from './webSocket/handshake.ts';
import type { UsageFile } from './usage.ts';

/** Room for long cookies and tokens; Node's own limit would be 16 KiB. */
const LARGEST_HEAD = 64 * 1024;
const MOST_CONNECTIONS = 8192;

const serverOptions = (limits: TimeLimits): ServerOptions => ({
  insecureHTTPParser: false,
  // Ours to refuse: Node would answer and then go on reading what stands behind.
  requireHostHeader: false,
  joinDuplicateHeaders: false,
  maxHeaderSize: LARGEST_HEAD,
  noDelay: true,
  keepAliveTimeout: limits.idle,
  headersTimeout: limits.head,
  connectionsCheckingInterval: limits.sweep,
  // An upload or an event stream may last for hours.
  requestTimeout: 0,
});

/** What a proxy takes from its process, and what it allows itself. */
export interface ProxyMeans {
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** What all requests together may hold back; bytes. */
  readonly mostHeld: number;
}

/** Those of a bottle. */
export const usualMeans: ProxyMeans = { now: () => performance.now(), mostHeld };

/** The proxy: refuses everything until `configure`. One front server listens; tunnels feed an inner one. */
export class Proxy {
  readonly #limits: TimeLimits;
  readonly #tunnels: Tunnels;
  readonly #log: DecisionLog;
  readonly #pools: Pools;
  readonly #budgets: Budgets;
  readonly #exchanges: Exchanges;
  readonly #turns = new Turns();
  /** The latest answer of a connection. */
  readonly #latest = new WeakMap<Duplex, ServerResponse>();
  readonly #front: Server;
  readonly #inner: Server;
  /** Closes everything once a canary was seen. */
  readonly incidents: IncidentSwitch;
  #live: Live | undefined;
  #closing = false;

  constructor(log: LineLog, resolve: Resolve, limits = timeLimits, means = usualMeans) {
    this.#limits = limits;
    this.#tunnels = new Tunnels(limits);
    this.#log = new DecisionLog(log);
    this.#pools = new Pools(resolve);
    this.incidents = new IncidentSwitch(log.beside('incident.json'));
    this.#budgets = new Budgets(means.now);
    this.#exchanges = new Exchanges({ log: this.#log, pools: this.#pools, incidents: this.incidents, limits, budgets: this.#budgets, held: new HeldBodies(means.mostHeld) });
    this.incidents.listen(() => {
      this.#pools.cut();
      this.#tunnels.closeUnread();
    });
    this.#front = this.#server(() => 'proxy');
    this.#front.maxConnections = MOST_CONNECTIONS;
    this.#inner = this.#server((request) => this.#entranceOf(request));
    this.#front.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      if (this.#outOfTurn(socket)) return void socket.destroy();
      answerConnect({ live: this.#live, tunnels: this.#tunnels, log: this.#log, inner: this.#inner, incidents: this.incidents, limits, budgets: this.#budgets, pools: this.#pools }, request, socket, head);
    });
    this.#inner.on('connect', (request: IncomingMessage, socket: Socket) => {
      this.#refuseRaw(socket, request, 'a tunnel inside a tunnel is never allowed', 403);
    });
  }

  get live(): Live | undefined {
    return this.#live;
  }

  /** How routes were used so far. */
  get usage(): UsageFile {
    return this.#log.usage;
  }

  async listen(path: string): Promise<void> {
    await listenOnSocket(this.#front, path, 0o666);
  }

  /** Swaps everything at once. Tunnels and requests that are not allowed any more end now; the others go on as they began. */
  become(live: Live): void {
    const otherWays = this.#live?.trust !== live.trust || this.#live.proxyFor !== live.proxyFor;
    this.#live = live;
    this.usage.watch(live.policy);
    this.#exchanges.reconsider(live.policy);
    this.#tunnels.closeUnless((tunnel) => stands(live.policy, tunnel));
    if (otherWays) this.#pools.clear();
    else this.#pools.retain(live);
  }

  /** No new connections at once; what is in flight gets a moment. */
  async close(): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#front.close(() => resolve()));
    this.#closeIdle();
    const cut = setTimeout(() => {
      this.#tunnels.closeAll();
      this.#front.closeAllConnections();
    }, this.#limits.farewell);
    await closed;
    clearTimeout(cut);
    this.#tunnels.closeAll();
    this.#pools.clear();
    this.usage.close();
  }

  #closeIdle(): void {
    this.#front.closeIdleConnections();
    this.#tunnels.closeIdle();
  }

  #server(entranceOf: (request: IncomingMessage) => Entrance | undefined): Server {
    const server = createServer(serverOptions(this.#limits));
    const handle = (request: IncomingMessage, response: ServerResponse): void => this.#handle(entranceOf(request), request, response);
    server.on('request', handle);
    server.on('checkContinue', handle);
    server.on('checkExpectation', handle);
    server.on('clientError', (error, stream) => this.#clientError(error, stream));
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => this.#leave(server, entranceOf(request), request, socket, head));
    // Node would answer a half-closed client by hanging up on it.
    Object.assign(server, { httpAllowHalfOpen: true });
    return server;
  }

  #entranceOf(request: IncomingMessage): Entrance | undefined {
    const tunnel = this.#tunnels.of(request.socket);
    return tunnel?.scheme === undefined ? undefined : { scheme: tunnel.scheme, authority: tunnel.authority };
  }

  /**
   * Node goes on reading behind an answer that ends the connection; what stands there may be the rest of a request that
   * was refused because nobody can say where it ends.
   */
  #ended(socket: Duplex): boolean {
    return this.#latest.get(socket)?.shouldKeepAlive === false;
  }

  /** To leave HTTP behind a request that is not answered yet would mix the answers up. */
  #outOfTurn(socket: Duplex): boolean {
    return this.#ended(socket) || this.#turns.busy(socket);
  }

  /** A request that wants to leave HTTP. Its connection is not Node's any more. */
  #leave(server: Server, entrance: Entrance | undefined, request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (this.#outOfTurn(socket)) return void socket.destroy();
    if (upgradesTo(request).every((protocol) => protocol === 'h2c')) {
      // Who does not know h2c reads the same request without it (RFC 9110 section 7.8).
      socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
      return void server.emit('connection', socket);
    }
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.end());
    this.#handle(entrance, request, response, { socket, head });
  }

  #handle(entrance: Entrance | undefined, request: IncomingMessage, response: ServerResponse, leaving?: Leaving): void {
    if (entrance === undefined) {
      return sendDenial(denial(400, 'tunnel', 'the request belongs to no tunnel', '', 'Use the proxy.'), request, response);
    }
    const { socket } = request;
    if (socket.destroyed || this.#turns.take(socket, () => this.#serve(entrance, request, response, leaving))) return;
    this.#recordRefusal(request, 'too many requests wait behind one that is not answered', 0);
    socket.destroy();
  }

  /** Ends when the answer is over and the request is on record. */
  async #serve(entrance: Entrance, request: IncomingMessage, response: ServerResponse, leaving: Leaving | undefined): Promise<void> {
    const { socket } = request;
    const tunnel = this.#tunnels.of(socket);
    // An answer without its connection is never told that it ended: Node gives none behind an answer that is the last.
    if (response.socket === null || this.#ended(socket)) return void request.resume();
    this.#latest.set(socket, response);
    if (tunnel !== undefined) this.#tunnels.requestBegan(tunnel);
    const closed = new Promise<void>((resolve) => {
      response.once('close', () => {
        if (tunnel !== undefined) this.#tunnels.requestEnded(tunnel);
        if (this.#closing) this.#closeIdle();
        resolve();
      });
    });
    await Promise.all([closed, this.#exchanges.handle(this.#live, entrance, request, response, leaving)]);
  }

  /** Bytes the HTTP parser refused, or a connection that broke. */
  #clientError(error: NodeJS.ErrnoException, stream: Duplex): void {
    const tunnel = this.#tunnels.of(stream);
    const live = this.#live;
    // A broken body belongs to a request that has its own line: let its answer, if there is one, get out.
    if (this.#turns.busy(stream)) return stream instanceof Socket ? stream.destroySoon() : void stream.destroy();
    const parserRefused = error.code?.startsWith('HPE_') === true || error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (live !== undefined && (parserRefused || tunnel?.established === false)) {
      const decision = {
        verdict: 'block' as const,
        method: '',
        host: tunnel?.authority.host ?? '',
        port: tunnel?.authority.port ?? 0,
        path: '',
        reason: parserRefused ? `not an HTTP request (${error.code})` : `the TLS handshake failed: ${error.message}`,
        status: parserRefused ? 400 : 0,
      };
      if (parserRefused) this.#log.record(live, decision);
      else this.#log.recordHandshakeFailure(live, decision);
    }
    if (!parserRefused) return void stream.destroy();
    sendRawDenial(denial(400, 'framing', `not an HTTP request (${error.code})`, tunnel?.authority.host ?? '', 'Send a plain HTTP/1.1 request.'), stream);
  }

  #refuseRaw(socket: Socket, request: IncomingMessage, reason: string, status: number): void {
    this.#recordRefusal(request, reason, status);
    sendRawDenial(denial(status, 'tunnel', reason, this.#tunnels.of(socket)?.authority.host ?? '', 'Ask the proxy itself.'), socket);
  }

  /** Of a request that nobody judged. */
  #recordRefusal(request: IncomingMessage, reason: string, status: number): void {
    const authority = this.#tunnels.of(request.socket)?.authority;
    if (this.#live === undefined) return;
    this.#log.record(this.#live, { verdict: 'block', method: request.method ?? '', host: authority?.host ?? '', port: authority?.port ?? 0, path: request.url ?? '', reason, status });
  }
}
