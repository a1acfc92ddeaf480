import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { decide } from '../../schemas/policy/decide.ts';
import type { Authority } from '../../schemas/policy/host.ts';
import type { MatchRequest } from '../../schemas/policy/decide.ts';
import type { HeaderList, Policy, Scheme } from '../../schemas/policy/policy.ts';
import type { Route } from '../../schemas/policy/route.ts';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import { strayPlaceholder, withCredential } from './credential.ts';
import type { Decision, DecisionLog } from './decisionLog.ts';
import { denial, sendDenial } from './denial.ts';
import type { Denial } from './denial.ts';
import { AddressRefused, checkAddresses } from './dial.ts';
import type { Pools } from './dial.ts';
import { askingForPlain } from './echoAnswer.ts';
import { forward } from './forward.ts';
import type { Outgoing } from './forward.ts';
import { checkFraming } from './framing.ts';
import type { Framing } from './framing.ts';
import { framingHeaders, headerList, passingRequestHeaders } from './headers.ts';
import { canariesIn, isCanary } from './incident.ts';
import type { IncidentSwitch } from './incident.ts';
import { inspectionOf } from './inspection.ts';
import type { Inspection } from './inspection.ts';
import type { Live } from './live.ts';
import type { TimeLimits } from './limits.ts';
import { BodyBlocked } from './scanStream.ts';
import { isSidecarHost, sidecarAnswer } from './sidecarHost.ts';
import { originTarget } from './target.ts';
import { carryWebSocket } from './webSocket/carry.ts';
import type { Upgrade } from './webSocket/carry.ts';
import { clientHandshake, handshakeHeaders } from './webSocket/handshake.ts';

/** Where a request came in: inside a tunnel the place is settled, outside its target names it. */
export type Entrance = { readonly scheme: Scheme; readonly authority: Authority } | 'proxy';

interface Judged {
  readonly outgoing: Outgoing;
  readonly clause: string;
  readonly reason: string;
  readonly injected: boolean;
  readonly route: Route;
  /** The target as the agent sent it, without a credential of ours. */
  readonly askedFor: string;
  /** The agent waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** Of a WebSocket handshake. */
  readonly key: string | undefined;
  /** What the policy was asked. */
  readonly match: MatchRequest;
}

/** A connection whose request wants to leave HTTP. */
export type Leaving = Omit<Upgrade, 'key'>;

/** What a log line says about a request before anything about it is trusted. */
interface Claimed {
  scheme: Scheme;
  authority: Authority;
  path: string;
}

const nowhere: Authority = { host: '', port: 0, kind: 'name' };

/** Judges requests and carries those that may leave. */
export class Exchanges {
  readonly #log: DecisionLog;
  readonly #pools: Pools;
  readonly #limits: TimeLimits;
  readonly #incidents: IncidentSwitch;
  readonly #underWay = new Set<(policy: Policy) => void>();
  /** Ends the WebSockets that are open; other exchanges end with their upstream's connection. */
  readonly #conversations = new Set<() => void>();
  /** Our name in `Via`: meeting it again means a loop. Random, so that nested bottles do not take each other for one. */
  readonly #via = `1.1 bottle-${randomBytes(4).toString('hex')}`;

  constructor(log: DecisionLog, pools: Pools, incidents: IncidentSwitch, limits: TimeLimits) {
    this.#limits = limits;
    this.#log = log;
    this.#pools = pools;
    this.#incidents = incidents;
    incidents.listen(() => {
      for (const cut of this.#conversations) cut();
    });
  }

  /** Ends what is under way and not allowed any more. */
  reconsider(policy: Policy): void {
    for (const recheck of this.#underWay) recheck(policy);
  }

  #watch({ match, key }: Judged, cut: () => void): () => void {
    const recheck = (policy: Policy): void => {
      const verdict = decide(policy, match);
      if (verdict.verdict === 'block' || (key !== undefined && verdict.route.websocket !== true)) cut();
    };
    this.#underWay.add(recheck);
    if (key !== undefined) this.#conversations.add(cut);
    return () => {
      this.#underWay.delete(recheck);
      this.#conversations.delete(cut);
    };
  }

  /** Never rejects; an exception while judging is a refusal. */
  async handle(live: Live | undefined, entrance: Entrance, request: IncomingMessage, response: ServerResponse, leaving?: Leaving): Promise<void> {
    const began = performance.now();
    if (live === undefined) return sendDenial(denial(503, 'starting', 'the proxy is not configured yet', '', 'Try again in a moment.'), request, response);
    const claimed: Claimed = { scheme: 'http', authority: entrance === 'proxy' ? nowhere : entrance.authority, path: request.url ?? '' };
    const record = (decision: Pick<Decision, 'verdict' | 'reason' | 'status'> & Partial<Decision>): void =>
      this.#log.record(live, { method: request.method ?? '', host: claimed.authority.host, port: claimed.authority.port, path: claimed.path, ms: performance.now() - began, ...decision });
    const refuse = (denied: Denial, findings: readonly Finding[] = []): void => {
      record({ verdict: 'block', clause: denied.clause, reason: denied.reason, status: denied.status, findings: [...findings] });
      sendDenial(denied, request, response);
    };
    try {
      const asked = headerList(request.rawHeaders);
      const judged = this.#judge(live, entrance, request, asked, response, claimed);
      if (judged === 'answered') return;
      if (!('outgoing' in judged)) {
        const { host, port } = claimed.authority;
        const bait = canariesIn(live.scanner, { host, method: request.method ?? '', target: claimed.path, headers: asked });
        return this.#incidents.sighted(bait, { host, port, method: request.method ?? '' }) ? refuse(this.#incidents.refusal(host) ?? judged, bait) : refuse(judged);
      }
      const { outgoing } = judged;
      const { host, port } = outgoing.authority;
      const errand = { host, port, method: outgoing.method };
      const seen = outgoing.inspection.head(outgoing.method, judged.askedFor, asked);
      if (seen.length > 0) {
        this.#incidents.sighted(seen, errand);
        return refuse(this.#incidents.refusal(host) ?? findingDenial(new BodyBlocked('request', seen), host), seen);
      }
      checkAddresses(host, outgoing.authority.kind === 'name' ? [] : [host], judged.route);
      const way = this.#pools.wayTo(live, outgoing.scheme, outgoing.authority, judged.route);
      if (judged.expectsContinue) response.writeContinue();
      let failure: Denial | undefined;
      const onFailure = (error: Error): void => {
        if (error instanceof BodyBlocked && error.side === 'request') this.#incidents.sighted(error.findings, errand);
        failure = this.#incidents.refusal(host) ?? failureOf(error, host);
        sendDenial(failure, request, response);
      };
      let withdrawn = false;
      const release = this.#watch(judged, () => {
        withdrawn = true;
        (leaving?.socket ?? response).destroy();
      });
      const outcome = await (leaving === undefined || judged.key === undefined
        ? forward(outgoing, way, request, response, this.#limits, onFailure)
        : carryWebSocket(outgoing, way, request, response, { ...leaving, key: judged.key }, this.#limits, onFailure)
      ).finally(release);
      const { failed, bytesUp, bytesDown, findings, midStream } = outcome;
      if (failed instanceof BodyBlocked && failed.side === 'request') this.#incidents.sighted(failed.findings, errand);
      const nothingSent = failure?.clause === 'address' || failure?.clause === 'certificate';
      const blocked = failed instanceof BodyBlocked;
      const why = failure?.reason ?? (failed === undefined ? judged.reason : blocked ? failed.message : `${judged.reason}; ${withdrawn ? 'what allowed it was taken away' : failed.message}`);
      record({
        verdict: nothingSent || blocked ? 'block' : 'allow',
        clause: nothingSent || blocked ? (findings.some(isCanary) ? 'incident' : (failure?.clause ?? 'dlp')) : judged.clause,
        path: outgoing.target,
        reason: blocked && midStream ? `${why} (blocked_mid_stream)` : why,
        status: response.headersSent ? response.statusCode : judged.key !== undefined && midStream ? 101 : 0,
        bytesUp,
        bytesDown,
        injected: judged.injected && !nothingSent,
        findings: [...findings],
      });
    } catch (error) {
      const host = claimed.authority.host;
      refuse(error instanceof AddressRefused ? failureOf(error, host) : denial(500, 'internal', 'the proxy failed while judging this request', host, 'Try again.'));
    }
  }

  #judge(live: Live, entrance: Entrance, request: IncomingMessage, asked: HeaderList, response: ServerResponse, claimed: Claimed): Judged | Denial | 'answered' {
    const framing = checkFraming(request);
    if (!framing.ok) return denial(400, 'framing', framing.reason, claimed.authority.host, 'Send a plain HTTP/1.1 request.');
    const place = originTarget(entrance, request.url ?? '', framing.value.host);
    if (!place.ok) return denial(400, 'authority', place.reason, claimed.authority.host, 'Name one host, the same everywhere.');
    Object.assign(claimed, place.value);
    const { scheme, authority, path } = place.value;
    const refuse = (status: number, clause: string, reason: string, hint: string): Denial => denial(status, clause, reason, authority.host, hint);

    if (asked.some(([name, value]) => name.toLowerCase() === 'via' && value.includes(this.#via))) {
      return refuse(508, 'loop', 'the request came back to its own proxy', 'Do not route through the proxy twice.');
    }
    const closed = this.#incidents.refusal(authority.host);
    if (closed !== undefined) return closed;
    if (this.#log.mustRefuse(live)) return refuse(503, 'log', 'the egress log cannot be written', 'Tell the person who started the bottle: the disk may be full.');
    if (isSidecarHost(authority) && !framing.value.upgrade) {
      sidecarAnswer(live, request, response, path);
      return 'answered';
    }

    const headers = passingRequestHeaders(asked);
    const method = request.method ?? '';
    const verdict = decide(live.policy, { scheme, authority, method, path, headers });
    if (verdict.verdict === 'block') return refuse(verdict.clause === 'path' ? 400 : 403, verdict.clause, verdict.reason, verdict.hint);
    if (framing.value.upgrade && verdict.route.websocket !== true) return refuse(426, 'upgrade', 'protocol upgrades such as WebSocket are not let through', 'Use plain HTTP requests, e.g. server-sent events.');
    const key = framing.value.upgrade ? clientHandshake(request, framing.value) : undefined;
    if (key?.ok === false) return refuse(400, 'framing', key.reason, 'Send a plain WebSocket handshake.');
    const { query } = verdict.target;
    const stray = strayPlaceholder(authority.host, request.rawHeaders, query, live.watched.filter((one) => one.kind === 'placeholder'));
    if (stray !== undefined) return refuse(403, 'credential', `${stray.name} is the stand-in of a credential for another host (${stray.home.join(', ')})`, 'Send it to no other host; it opens nothing.');
    const credential = withCredential(verdict.route, { headers, query }, live.credentials);
    if (!credential.ok) return refuse(502, 'credential', credential.reason, 'Tell the person who started the bottle.');
    const echo = credential.value.injected ? live.echoes.get(verdict.route.token_env ?? '') : undefined;
    const sent = echo === undefined ? credential.value.headers : askingForPlain(credential.value.headers);
    const inspection = inspectionOf(live.scanner, authority.host, verdict.route);
    return {
      outgoing: { ...this.#outgoing(scheme, authority, method, verdict.target.path + credential.value.query, [...(key === undefined ? sent : handshakeHeaders(sent)), ['Via', this.#via]], framing.value, inspection), echo },
      key: key?.value,
      match: { scheme, authority, method, path, headers },
      clause: verdict.clause,
      reason: verdict.reason,
      injected: credential.value.injected,
      route: verdict.route,
      askedFor: verdict.target.path + query,
      expectsContinue: framing.value.expectsContinue,
    };
  }

  #outgoing(scheme: Scheme, authority: Authority, method: string, target: string, headers: Outgoing['headers'], framing: Framing, inspection: Inspection): Omit<Outgoing, 'echo'> {
    const bodyScan = framing.body.kind === 'none' ? undefined : inspection.requestBody(headers, framing);
    return { scheme, authority, method, target, headers, framing: framingHeaders(framing.body, method), body: framing.body, inspection, bodyScan };
  }
}

/** A person decides whether the finding is one; the agent can only do without. */
function findingDenial(blocked: BodyBlocked, host: string): Denial {
  const without = blocked.side === 'request' ? 'Leave it out of the request.' : 'Do without this answer.';
  return denial(403, 'dlp', blocked.message, host, `${without} If it is harmless, a person can narrow the detectors of this route (dlp).`);
}

/** Errors of Node's certificate check: the peer is not who the route names, so nothing was sent. */
const certificateErrors = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/;

function failureOf(error: Error, host: string): Denial {
  const code = 'code' in error ? String(error.code) : '';
  if (error instanceof BodyBlocked) return findingDenial(error, host);
  if (error instanceof AddressRefused) return denial(403, 'address', error.message, host, 'A person can permit it with private_addresses on the route.');
  if (certificateErrors.test(code)) return denial(502, 'certificate', `the upstream's certificate is not valid (${code})`, host, 'Nothing was sent. Tell the person who started the bottle.');
  if (code === 'EPROXY') return denial(502, 'upstream', error.message, host, 'Tell the person who started the bottle.');
  const status = code === 'ETIMEDOUT' ? 504 : 502;
  return denial(status, 'upstream', code === '' || status === 504 ? error.message : `the upstream failed (${code})`, host, 'Try again later.');
}
