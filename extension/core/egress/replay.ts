import { access, constants, stat } from 'node:fs/promises';
import { decide, decidePlace } from '../../../schemas/policy/decide.ts';
import type { MatchRequest } from '../../../schemas/policy/decide.ts';
import { parseHost } from '../../../schemas/policy/host.ts';
import type { Authority } from '../../../schemas/policy/host.ts';
import { compilePolicy } from '../../../schemas/policy/policy.ts';
import type { Policy, Scheme } from '../../../schemas/policy/policy.ts';
import type { RoutesFile } from '../../../schemas/policy/routesFile.ts';
import { sidecarHost } from '../../../schemas/policy/unreachable.ts';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import { BottleError } from '../errors.ts';
import { readLog } from './logReader.ts';

/** Requests of one kind whose fate changes, or cannot be told. */
export interface ReplayRow {
  readonly method: string;
  readonly host: string;
  readonly port: number;
  /** Without its query. */
  readonly path: string;
  /** Log lines behind this row. */
  readonly count: number;
  /** Clause of the changed file, or the fixed rule, that decides. */
  readonly clause: string;
  /** One sentence: why it would pass or fail, or why nobody can tell. */
  readonly reason: string;
}

/** A log held against a changed routes file. */
export interface Replay {
  /** Lines that were read. */
  readonly lines: number;
  /** Lines whose verdict stays. Also those that something else than the routes decided: a finding, an address, a certificate. */
  readonly same: number;
  readonly newlyAllowed: readonly ReplayRow[];
  readonly newlyBlocked: readonly ReplayRow[];
  /** What depends on headers or on the query, of which a log holds no values. */
  readonly unjudged: readonly ReplayRow[];
}

/** A log file held against a changed routes file. */
export interface LogReplay extends Replay {
  /** Lines that are no decisions, and bytes that rotated away: neither was judged. */
  readonly skipped: number;
  readonly missed: number;
  /** Whether any line allows something. A log of refusals alone cannot tell what would newly fail. */
  readonly hasAllowed: boolean;
}

/** `replay` for the log at `path`. Throws `usage` when there is none. */
export async function replayLog(routes: RoutesFile, path: string): Promise<LogReplay> {
  await requireFile(path).catch((cause: unknown) => {
    throw new BottleError('usage', `The egress log ${path} cannot be read.`, { cause, hint: 'A bottle keeps it in state/SLUG/egress/log.jsonl.' });
  });
  const seen = { skipped: 0, missed: 0, hasAllowed: false };
  async function* lines(): AsyncGenerator<LogLine, void, undefined> {
    const entries = readLog(path, 0);
    for (;;) {
      const { done, value } = await entries.next();
      Object.assign(seen, { skipped: value.skipped, missed: value.missed });
      if (done === true) return;
      seen.hasAllowed ||= value.line.verdict === 'allow';
      yield value.line;
    }
  }
  const result = await replay(routes, lines());
  return { ...result, ...seen };
}

async function requireFile(path: string): Promise<void> {
  await access(path, constants.R_OK);
  if (!(await stat(path)).isFile()) throw new Error('It is not a file.');
}

type Fate =
  | { readonly kind: 'same' }
  | { readonly kind: 'newlyAllowed' | 'newlyBlocked' | 'unjudged'; readonly clause: string; readonly reason: string };

interface Judgement {
  readonly verdict: 'allow' | 'block';
  readonly clause: string;
  readonly reason: string;
}

/** Clauses of `decide`; whatever else blocked a request would block it again. */
const fixedRules: readonly string[] = ['path', 'method', 'git', 'plaintext', 'inference', 'upgrade'];

/** Characters only the log's own writer puts into a path: where it cut, hid or escaped something. */
const notAsSent = /[^\x21-\x7e]|\[credential\]|\\u/;

/** What would newly pass and what would newly fail, had these routes been live. The verdicts are those of `decide`. */
export async function replay(routes: RoutesFile, lines: AsyncIterable<LogLine>): Promise<Replay> {
  const judges = { least: compilePolicy(routes, 'lets least pass'), most: compilePolicy(routes, 'lets most pass') };
  const rows = { newlyAllowed: new Map<string, ReplayRow>(), newlyBlocked: new Map<string, ReplayRow>(), unjudged: new Map<string, ReplayRow>() };
  let [count, same] = [0, 0];
  for await (const line of lines) {
    if (line.event === 'gap') continue;
    count++;
    const fate = fateOf(judges, line);
    if (fate.kind === 'same') same++;
    else add(rows[fate.kind], line, fate.clause, fate.reason);
  }
  const sorted = (kind: keyof typeof rows): ReplayRow[] => [...rows[kind].values()].sort((a, b) => b.count - a.count);
  return { lines: count, same, newlyAllowed: sorted('newlyAllowed'), newlyBlocked: sorted('newlyBlocked'), unjudged: sorted('unjudged') };
}

function add(rows: Map<string, ReplayRow>, line: LogLine, clause: string, reason: string): void {
  const { method, host, port } = line;
  const path = pathOf(line);
  const key = JSON.stringify([method, host, port, path, reason]);
  rows.set(key, { method, host, port, path, count: (rows.get(key)?.count ?? 0) + 1, clause, reason });
}

/** The routes twice: as if every rule on headers and queries spoke against a request, and for it. */
interface Judges {
  readonly least: Policy;
  readonly most: Policy;
}

function fateOf(judges: Judges, line: LogLine): Fate {
  if (line.event !== undefined || line.host === sidecarHost || decidedElsewhere(line)) return { kind: 'same' };
  const host = parseHost(line.host.includes(':') ? `[${line.host}]` : line.host);
  if (!host.ok) return { kind: 'same' };
  const authority = { ...host.value, port: line.port };
  const judged = line.method === 'CONNECT' ? placeJudgement(judges.most, authority) : judgement(judges, line, authority);
  if (typeof judged === 'string') return { kind: 'unjudged', clause: line.clause ?? '', reason: judged };
  const limited = judged.verdict === 'allow' ? budgetAt(judges.most, authority) : undefined;
  if (limited !== undefined) return { kind: 'unjudged', clause: limited, reason: 'it depends on what was sent before, which is not counted here' };
  if (judged.verdict === line.verdict) return { kind: 'same' };
  return { kind: judged.verdict === 'allow' ? 'newlyAllowed' : 'newlyBlocked', clause: judged.clause, reason: judged.reason };
}

function decidedElsewhere({ verdict, clause, findings }: LogLine): boolean {
  if (verdict === 'allow') return false;
  if (findings.length > 0) return true;
  return clause !== undefined && !clause.startsWith('routes') && !fixedRules.includes(clause);
}

/** The budget that requests to a place are held to. */
function budgetAt(policy: Policy, authority: Authority): string | undefined {
  const found = policy.find('https', authority) ?? policy.find('http', authority);
  return found?.route.budget === undefined ? undefined : `${found.clause}.budget`;
}

/** A tunnel says nothing of what would go through it. */
function placeJudgement(policy: Policy, authority: Authority): Judgement {
  const answers = (['http', 'https'] as const).map((scheme) => decidePlace(policy, scheme, authority));
  const listed = answers.find((answer) => !('verdict' in answer));
  if (listed !== undefined) return { verdict: 'allow', clause: listed.clause, reason: 'the tunnel would open; what goes through it is judged by itself' };
  const [, blocked] = answers;
  return blocked !== undefined && 'verdict' in blocked ? blocked : { verdict: 'block', clause: 'routes', reason: 'not listed' };
}

/** The verdict, or a sentence why nobody can tell. */
function judgement({ least, most }: Judges, line: LogLine, authority: Authority): Judgement | string {
  const path = pathOf(line);
  if (notAsSent.test(path) && line.clause !== 'path') return 'the log has only a part of this path';
  if (line.clause === 'inference') return 'it depends on a header, and a log holds none';
  const judgeAll = (policy: Policy): Judgement[] => targetsOf(path, line.path).map((target) => judged(policy, line, authority, target));
  const strict = judgeAll(least);
  const [first] = strict;
  if (first === undefined) return 'there is nothing to judge';
  if (strict.some((each) => each.verdict !== first.verdict)) return 'it depends on a query value, and a log holds none';
  if (judgeAll(most).some((each) => each.verdict !== first.verdict)) return `it depends on a header or a query value (${first.clause}), and a log holds none`;
  return first;
}

/** What was asked for, in every reading that matters: whether a git service was push or fetch stood in the query. */
function targetsOf(path: string, logged: string): readonly string[] {
  const gitService = path.toLowerCase().endsWith('/info/refs') && /[?&;](service|…)/.test(logged);
  if (gitService) return ['git-upload-pack', 'git-receive-pack'].map((service) => `${path}?service=${service}`);
  // Whether there was a query is known, what it said is not.
  return [logged.includes('?') ? `${path}?unseen` : path];
}

function judged(policy: Policy, line: LogLine, authority: Authority, target: string): Judgement {
  const request: MatchRequest = { scheme: schemeOf(policy, authority), authority, method: line.method, path: target, headers: [] };
  const verdict = decide(policy, request);
  const upgraded = line.clause === 'upgrade' || line.status === 101;
  if (verdict.verdict === 'allow' && upgraded && verdict.route.websocket !== true) {
    return { verdict: 'block', clause: 'upgrade', reason: `the route for ${verdict.route.host} permits no WebSocket` };
  }
  return verdict;
}

/** A log does not say whether TLS was spoken. The routes settle it where they allow only one of the two. */
function schemeOf(policy: Policy, authority: Authority): Scheme {
  const usual: Scheme = authority.port === 80 ? 'http' : 'https';
  const other: Scheme = usual === 'http' ? 'https' : 'http';
  return policy.find(usual, authority) === undefined && policy.find(other, authority) !== undefined ? other : usual;
}

function pathOf(line: LogLine): string {
  const mark = line.path.indexOf('?');
  return mark < 0 ? line.path : line.path.slice(0, mark);
}
