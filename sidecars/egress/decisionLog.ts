import { randomBytes } from 'node:crypto';
import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import type { LineLog } from '../runtime/lineLog.ts';
import { scrub, withoutQueryValues } from '../runtime/scrub.ts';
import type { Live } from './live.ts';

export type Decision = Pick<LogLine, 'verdict' | 'method' | 'host' | 'port' | 'path' | 'reason' | 'status'> &
  Partial<Pick<LogLine, 'bytesUp' | 'bytesDown' | 'ms' | 'injected' | 'findings'>>;

/** Hosts whose handshake failures are remembered, to log each at most once a minute. */
const MOST_HOSTS = 1000;
const QUIET_MS = 60_000;

/** Puts decisions on record as the live log level asks. */
export class DecisionLog {
  readonly #log: LineLog;
  readonly #run = randomBytes(4).toString('hex');
  readonly #lastFailure = new Map<string, number>();
  #count = 0;

  constructor(log: LineLog) {
    this.#log = log;
  }

  record(live: Live, decision: Decision): void {
    const wanted = live.policy.log === 2 || (live.policy.log === 1 && decision.verdict === 'block');
    if (!wanted) return;
    const clean = (text: string): string => scrub(text, live.secrets);
    const line: LogLine = {
      ts: new Date().toISOString(),
      id: `${this.#run}-${++this.#count}`,
      slug: live.slug,
      verdict: decision.verdict,
      method: clean(decision.method),
      host: clean(decision.host),
      port: decision.port,
      path: clean(withoutQueryValues(decision.path)),
      reason: clean(decision.verdict === 'block' ? `egress: ${decision.reason}` : decision.reason),
      status: decision.status,
      bytesUp: decision.bytesUp ?? 0,
      bytesDown: decision.bytesDown ?? 0,
      ms: Math.round((decision.ms ?? 0) * 10) / 10,
      injected: decision.injected ?? false,
      findings: decision.findings ?? [],
    };
    this.#log.append(line);
  }

  /** A client that distrusts us retries for ever: one line per host and minute says so. */
  recordHandshakeFailure(live: Live, decision: Decision): void {
    const key = `${decision.host}:${decision.port}`;
    const last = this.#lastFailure.get(key);
    if (last !== undefined && Date.now() - last < QUIET_MS) return;
    if (this.#lastFailure.size >= MOST_HOSTS) this.#lastFailure.clear();
    this.#lastFailure.set(key, Date.now());
    this.record(live, decision);
  }

  /** At level 2 nothing may pass that cannot be put on record. */
  mustRefuse(live: Live): boolean {
    return live.policy.log === 2 && this.#log.lost;
  }
}
