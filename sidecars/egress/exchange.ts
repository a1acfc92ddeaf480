import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { decide } from '../../schemas/policy/decide.ts';
import type { Authority } from '../../schemas/policy/host.ts';
import type { MatchRequest } from '../../schemas/policy/decide.ts';
import type { HeaderList, Policy, Scheme } from '../../schemas/policy/policy.ts';
import type { Route } from '../../schemas/policy/route.ts';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import { strayPlaceholder, withCredential } from './credential.ts';
import type { Decision, DecisionLog } from './decisionLog.ts';
import { admit } from './admission.ts';
import { BudgetSpent, sameBudget } from './budget.ts';
import type { Budgets } from './budget.ts';
import { denial, sendDenial } from './denial.ts';
import type { Denial } from './denial.ts';
import { AddressRefused, checkAddresses } from './dial.ts';
import type { Pools } from './dial.ts';
import { askingForPlain } from './echoAnswer.ts';
import { failureOf, findingDenial } from './failure.ts';
import { forward } from './forward.ts';
import type { Ends, Outgoing } from './forward.ts';
import { checkFraming } from './framing.ts';
import type { Framing } from './framing.ts';
import { framingHeaders, headerList, passingRequestHeaders } from './headers.ts';
import type { HeldBodies } from './heldBodies.ts';
import { canariesIn } from './incident.ts';
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

/** What requests share. */
export interface ExchangeMeans {
  readonly log: DecisionLog;
  readonly pools: Pools;
  readonly incidents: IncidentSwitch;
  readonly limits: TimeLimits;
  readonly budgets: Budgets;
  readonly held: HeldBodies;
}

/** Reasons for which a request that was judged well is not sent after all. */
const unsentClauses = new Set(['address', 'certificate', 'incident']);

const nowhere: Authority = { host: '', port: 0, kind: 'name' };

/** Judges requests and carries those that may leave. */
export class Exchanges {
  readonly #log: DecisionLog;
  readonly #pools: Pools;
  readonly #limits: TimeLimits;
  readonly #incidents: IncidentSwitch;
  readonly #budgets: Budgets;
  readonly #held: HeldBodies;
  readonly #underWay = new Set<(policy: Policy) => void>();
  /** Our name in `Via`: meeting it again means a loop. Random, so that nested bottles do not take each other for one. */
  readonly #via = `1.1 bottle-${randomBytes(4).toString('hex')}`;

  constructor({ log, pools, incidents, limits, budgets, held }: ExchangeMeans) {
    this.#limits = limits;
    this.#budgets = budgets;
    this.#held = held;
    this.#log = log;
    this.#pools = pools;
    this.#incidents = incidents;
  }

  /** Ends what is under way and not allowed any more. */
  reconsider(policy: Policy): void {
    for (const recheck of this.#underWay) recheck(policy);
  }

  #watch({ match, key, route }: Judged, request: IncomingMessage, cut: () => void): () => void {
    const recheck = (policy: Policy): void => {
      const verdict = decide(policy, match);
      if (verdict.verdict === 'block' || (key !== undefined && verdict.route.websocket !== true)) return cut();
      if (route.private_addresses === true && verdict.route.private_addresses !== true) return cut();
      // What goes on sending was admitted under the budget and the detectors of its beginning.
      if ((key !== undefined || !request.complete) && !(sameBudget(verdict.route, route) && isDeepStrictEqual(verdict.route.dlp, route.dlp))) cut();
    };
    this.#underWay.add(recheck);
    return () => void this.#underWay.delete(recheck);
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
      const { host, port } = judged.outgoing.authority;
      const errand = { host, port, method: judged.outgoing.method };
      const seen = judged.outgoing.inspection.head(judged.outgoing.method, judged.askedFor, asked);
      if (seen.length > 0) {
        this.#incidents.sighted(seen, errand);
        return refuse(this.#incidents.refusal(host) ?? findingDenial(new BodyBlocked('request', seen), host), seen);
      }
      checkAddresses(host, judged.outgoing.authority.kind === 'name' ? [] : [host], judged.route);
      const way = this.#pools.wayTo(live, judged.outgoing.scheme, judged.outgoing.authority, judged.route);
      const admitted = admit({ budgets: this.#budgets, held: this.#held, limits: this.#limits }, judged, request);
      if (!('outgoing' in admitted)) return refuse(admitted);
      const { outgoing } = admitted;
      if (judged.expectsContinue) response.writeContinue();
      let failure: Denial | undefined;
      const onFailure = (error: Error, sent: boolean): void => {
        if (error instanceof BodyBlocked && error.side === 'request') this.#incidents.sighted(error.findings, errand);
        failure = this.#incidents.refusal(host) ?? failureOf(error, host, sent);
        sendDenial(failure, request, response);
      };
      let withdrawn = false;
      const release = this.#watch(judged, request, () => {
        withdrawn = true;
        (leaving?.socket ?? response).destroy();
      });
      const ends: Ends = { limits: this.#limits, onFailure, untilClosed: (listener) => this.#incidents.listen(listener) };
      const outcome = await (leaving === undefined || judged.key === undefined
        ? forward(outgoing, way, request, response, ends)
        : carryWebSocket(outgoing, way, request, response, { ...leaving, key: judged.key }, ends)
      ).finally(release);
      const { failed, bytesUp, bytesDown, findings, midStream, sent } = outcome;
      const sighted = failed instanceof BodyBlocked && failed.side === 'request' && this.#incidents.sighted(failed.findings, errand);
      const refused = !sent && unsentClauses.has(failure?.clause ?? '');
      admitted.end(sent);
      const blocked = failed instanceof BodyBlocked;
      const fallback = failed instanceof BudgetSpent ? failed.denial.clause : 'dlp';
      const why = failure?.reason ?? (failed === undefined ? judged.reason : blocked ? failed.message : `${judged.reason}; ${withdrawn ? 'what allowed it was taken away' : failed.message}`);
      record({
        verdict: refused || blocked ? 'block' : 'allow',
        clause: refused || blocked ? (sighted ? 'incident' : (failure?.clause ?? fallback)) : judged.clause,
        path: outgoing.target,
        reason: blocked && midStream ? `${why} (blocked_mid_stream)` : why,
        status: response.headersSent ? response.statusCode : judged.key !== undefined && midStream ? 101 : 0,
        bytesUp,
        bytesDown,
        injected: judged.injected && sent,
        findings: [...findings],
      });
    } catch (error) {
      const host = claimed.authority.host;
      refuse(error instanceof AddressRefused || error instanceof BudgetSpent ? failureOf(error, host, false) : denial(500, 'internal', 'the proxy failed while judging this request', host, 'Try again.'));
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
      outgoing: { ...this.#outgoing(scheme, authority, method, verdict.target.path + credential.value.query, [...(key === undefined ? sent : handshakeHeaders(sent)), ['Via', this.#via]], framing.value, inspection), echo, charge: undefined, room: undefined },
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

  #outgoing(scheme: Scheme, authority: Authority, method: string, target: string, headers: Outgoing['headers'], framing: Framing, inspection: Inspection): Omit<Outgoing, 'echo' | 'charge' | 'room'> {
    const bodyScan = framing.body.kind === 'none' ? undefined : inspection.requestBody(headers, framing);
    return { scheme, authority, method, target, headers, framing: framingHeaders(framing.body, method), body: framing.body, inspection, bodyScan };
  }
}
