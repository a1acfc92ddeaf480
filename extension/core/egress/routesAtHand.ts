import { readFile } from 'node:fs/promises';
import { refusedAddress } from '../../../schemas/policy/addresses.ts';
import { decide, explain } from '../../../schemas/policy/decide.ts';
import type { MatchRequest, Verdict } from '../../../schemas/policy/decide.ts';
import { budgetWords } from '../../../schemas/policy/budget.ts';
import { compilePolicy } from '../../../schemas/policy/policy.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import { locateClause, parseRoutesFile } from '../../../schemas/policy/routesFile.ts';
import type { RoutesFile, RoutesFileError } from '../../../schemas/policy/routesFile.ts';
import { BottleError } from '../errors.ts';

/** A routes file as text, and as what it says. */
export interface RoutesAtHand {
  readonly path: string;
  readonly text: string;
  readonly file: RoutesFile;
}

/** Reads a routes file. Throws `routes-invalid` when it cannot be read; mistakes in it are returned. */
export async function readRoutes(path: string): Promise<RoutesAtHand | { readonly errors: readonly RoutesFileError[] }> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BottleError('routes-invalid', `The routes file ${path} cannot be read.`, { cause, hint: 'Name a file like the one that `bot-bottle routes SLUG` prints.' });
  });
  const parsed = parseRoutesFile(text);
  return parsed.ok ? { path, text, file: parsed.value } : { errors: parsed.errors };
}

/** As `readRoutes`, for a caller that can do nothing with a wrong file. Throws `routes-invalid` with the first mistake and its place. */
export async function readGoodRoutes(path: string): Promise<RoutesAtHand> {
  const read = await readRoutes(path);
  if ('file' in read) return read;
  const [first] = read.errors;
  throw new BottleError('routes-invalid', first === undefined ? `${path} is no routes file.` : errorSentence(path, first), { hint: first?.hint ?? '' });
}

/** `FILE:LINE:COLUMN: KEY MESSAGE`, which terminals make a link of. */
export function errorSentence(path: string, { line, column, key, message }: RoutesFileError): string {
  return `${path}:${line}:${column}: ${key === '' ? '' : `${key}: `}${message}`;
}

/** What would become of a request, and why. */
export interface Explanation {
  readonly verdict: Verdict['verdict'];
  readonly clause: string;
  /** Where the clause stands in the file; null for a fixed rule. */
  readonly line: number | null;
  readonly column: number | null;
  readonly reason: string;
  /** Empty when the request may pass. */
  readonly hint: string;
  /** Step by step; the decider last. */
  readonly steps: readonly string[];
  /** What is asked only once a request is there. */
  readonly stillAsked: readonly string[];
}

/** The verdict a request would get under these routes. What only a real request can show is named, not guessed. */
export function explainRequest(routes: RoutesAtHand, request: MatchRequest): Explanation {
  const policy = compilePolicy(routes.file);
  const verdict = inward(decide(policy, request), request);
  const place = locateClause(routes.text, verdict.clause);
  const steps = explain(policy, request);
  return {
    verdict: verdict.verdict,
    clause: verdict.clause,
    line: place?.line ?? null,
    column: place?.column ?? null,
    reason: verdict.reason,
    hint: verdict.verdict === 'block' ? verdict.hint : '',
    steps: verdict.clause === 'address' ? [...steps, `block (address): ${verdict.reason}`] : steps,
    stillAsked: verdict.verdict === 'block' ? [] : stillAsked(request, verdict.route),
  };
}

/** An address in the URL needs no resolving, so the rule on addresses can be asked at once. */
function inward(verdict: Verdict, { authority }: MatchRequest): Verdict {
  if (verdict.verdict === 'block' || authority.kind === 'name') return verdict;
  const refused = refusedAddress([authority.host], verdict.route.private_addresses === true);
  if (refused === undefined) return verdict;
  const reason = `${authority.host} is a ${refused.range} address`;
  return { verdict: 'block', clause: 'address', reason, hint: 'A person can permit it with private_addresses on the route.', route: verdict.route };
}

function stillAsked({ authority }: MatchRequest, { private_addresses, tls_passthrough, budget }: Route): readonly string[] {
  const resolving = `whether ${authority.host} resolves to ${private_addresses === true ? 'an address that may be dialled' : 'public addresses only'}`;
  const within = tls_passthrough === true ? ['whether the TLS handshake names this host'] : ['whether the upstream proves who it is', 'whether anything in the request is a secret'];
  return [...(authority.kind === 'name' ? [resolving] : []), ...within, ...(budget === undefined ? [] : [`whether the budget of the route has room (${budgetWords(budget)})`])];
}
