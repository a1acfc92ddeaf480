import { randomBytes } from 'node:crypto';
import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import type { LineLog } from '../runtime/lineLog.ts';
import { scrubber, withoutQueryValues } from '../runtime/scrub.ts';
import type { Scrub } from '../runtime/scrub.ts';
import type { Live } from './live.ts';
import { UsageFile } from './usage.ts';

/** One decision, as it was made: `record` makes it fit to be read. */
export type Decision = Pick<LogLine, 'verdict' | 'method' | 'host' | 'port' | 'path' | 'reason' | 'status'> &
  Partial<Pick<LogLine, 'bytesUp' | 'bytesDown' | 'ms' | 'injected' | 'findings' | 'clause'>>;

/** Hosts whose handshake failures are remembered, to log each at most once a minute. */
const MOST_HOSTS = 1000;
const QUIET_MS = 60_000;

/** Findings of one request that are told; a request full of secrets is told by its first ones. */
const MOST_FINDINGS = 20;

/** Longest word of a line, in characters: a method, a rule, a clause. */
const LONGEST_WORD = 100;

/** What of the live configuration a line depends on. */
export type Recorded = Pick<Live, 'slug' | 'policy' | 'secrets'>;

/** Puts decisions on record as the live log level asks, and counts them whatever it is. */
export class DecisionLog {
  readonly usage: UsageFile;
  readonly #log: LineLog;
  readonly #run = randomBytes(4).toString('hex');
  readonly #lastFailure = new Map<string, number>();
  readonly #scrubs = new WeakMap<readonly string[], Scrub>();
  #count = 0;

  constructor(log: LineLog) {
    this.#log = log;
    this.usage = new UsageFile(log.beside('usage.json'));
  }

  record(live: Recorded, decision: Decision): void {
    const ts = new Date().toISOString();
    const { verdict, bytesUp = 0, bytesDown = 0 } = decision;
    this.usage.add({ allowed: verdict === 'allow', route: routeOf(live, decision), bytesUp, bytesDown, at: ts });
    // What is refused after a sighting has no finding.
    const sighting = decision.clause === 'incident' && (decision.findings?.length ?? 0) > 0;
    const wanted = live.policy.log === 2 || (live.policy.log === 1 && verdict === 'block') || sighting;
    if (!wanted) return;
    const clean = this.#scrubOf(live);
    const places = new Set(decision.findings?.map(({ where }) => where.replace(/ \(decoded\)$/, '')));
    const found = (place: string): boolean => places.has(place) || places.has('head');
    const line: LogLine = {
      ts,
      id: this.#nextId(),
      slug: live.slug,
      verdict,
      // Where something was found, the text itself is what must not be told.
      method: found('method') ? '[finding]' : clean(decision.method, LONGEST_WORD),
      host: found('host') ? '[finding]' : clean(decision.host),
      port: decision.port,
      path: found('path') ? '/[finding]' : clean(withoutQueryValues(found('query') ? withoutQuery(decision.path) : decision.path)),
      reason: clean(verdict === 'block' ? `egress: ${decision.reason}` : decision.reason),
      status: decision.status,
      bytesUp,
      bytesDown,
      ms: Math.round((decision.ms ?? 0) * 10) / 10,
      injected: decision.injected ?? false,
      findings: (decision.findings ?? []).slice(0, MOST_FINDINGS).map(({ detector, rule, where }) => ({ detector: clean(detector, LONGEST_WORD), rule: clean(rule, LONGEST_WORD), where: clean(where, LONGEST_WORD) })),
      ...(decision.clause === undefined ? {} : { clause: clean(decision.clause, LONGEST_WORD) }),
      ...(sighting ? { event: 'incident' } : {}),
    };
    this.#log.append(line, (missing) => this.#gapLine(live.slug, missing));
  }

  /** A client that distrusts us retries for ever: one line per host and minute says so. */
  recordHandshakeFailure(live: Recorded, decision: Decision): void {
    const key = `${decision.host}:${decision.port}`;
    const last = this.#lastFailure.get(key);
    if (last !== undefined && Date.now() - last < QUIET_MS) return;
    if (this.#lastFailure.size >= MOST_HOSTS) this.#lastFailure.clear();
    this.#lastFailure.set(key, Date.now());
    this.record(live, decision);
  }

  /** At level 2 nothing may pass that cannot be put on record. */
  mustRefuse(live: Recorded): boolean {
    return live.policy.log === 2 && this.#log.lost;
  }

  #nextId(): string {
    return `${this.#run}-${++this.#count}`;
  }

  #scrubOf(live: Recorded): Scrub {
    const known = this.#scrubs.get(live.secrets);
    if (known !== undefined) return known;
    const made = scrubber(live.secrets);
    this.#scrubs.set(live.secrets, made);
    return made;
  }

  #gapLine(slug: string, missing: number): LogLine {
    const reason = `egress: ${missing} ${missing === 1 ? 'line is' : 'lines are'} missing here: the log could not be written`;
    return {
      ...{ ts: new Date().toISOString(), id: this.#nextId(), slug, verdict: 'block', method: '', host: '', port: 0, path: '', reason, status: 0 },
      ...{ bytesUp: 0, bytesDown: 0, ms: 0, injected: false, findings: [], clause: 'log', event: 'gap' },
    };
  }
}

function routeOf(live: Recorded, { host, port }: Decision): string | undefined {
  const place = { host, port, kind: 'name' } as const;
  return (live.policy.find('https', place) ?? live.policy.find('http', place))?.route.host;
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*$/s, '?…');
}
