import type { IncomingMessage } from 'node:http';
import { budgetOf, budgetWords } from '../../schemas/policy/budget.ts';
import type { Budget } from '../../schemas/policy/budget.ts';
import type { Route } from '../../schemas/policy/route.ts';
import { routeKey } from '../../schemas/protocol/egressUsage.ts';
import { denial } from './denial.ts';
import type { Denial } from './denial.ts';
import { BodyBlocked } from './scanStream.ts';

/** A window is counted in this many slices, so that its memory is bounded; a slice leaves the window as a whole. */
const SLICES = 60;

/** Bytes that were sent within one slice of time. */
interface Slice {
  readonly from: number;
  /** Time of its latest byte: until that leaves the window, all of the slice counts. */
  last: number;
  bytes: number;
}

/** What was let through, so that it can be given back when nothing of it was sent. */
export interface Spending {
  readonly slice: Slice;
  readonly bytes: number;
}

/** What a refusal tells of a budget: its key in the routes file, its words, its route's host. */
interface About {
  readonly clause: string;
  readonly words: string;
  readonly host: string;
}

/** Sending more would exceed the budget of its route. */
export class BudgetSpent extends BodyBlocked {
  readonly denial: Denial;

  constructor(denied: Denial) {
    super('request', [], denied.reason);
    this.denial = denied;
  }
}

/** The budget of one route, as one request or tunnel sees it. */
export class Meter {
  readonly #slices: Slice[];
  readonly #budget: Budget;
  readonly #now: () => number;
  readonly #about: About;

  constructor(slices: Slice[], budget: Budget, now: () => number, about: About) {
    this.#slices = slices;
    this.#budget = budget;
    this.#now = now;
    this.#about = about;
  }

  /** Bytes that may go at this moment. */
  get room(): number {
    const oldest = this.#now() - this.#budget.window;
    while ((this.#slices[0]?.last ?? Infinity) <= oldest) this.#slices.shift();
    return Math.max(0, this.#budget.sent - this.#slices.reduce((sum, { bytes }) => sum + bytes, 0));
  }

  /** Counts bytes before they go. Throws `BudgetSpent`, and has counted nothing, when they do not fit. */
  take(bytes: number): Spending {
    if (bytes > this.room) throw new BudgetSpent(this.refusal(bytes));
    const now = this.#now();
    const latest = this.#slices.at(-1);
    const slice = latest !== undefined && now - latest.from < this.#budget.window / SLICES ? latest : { from: now, last: now, bytes: 0 };
    if (slice !== latest) this.#slices.push(slice);
    slice.last = now;
    slice.bytes += bytes;
    return { slice, bytes };
  }

  giveBack({ slice, bytes }: Spending): void {
    slice.bytes -= bytes;
  }

  /** The answer to what does not fit: when it would, or that it never will. */
  refusal(bytes: number): Denial {
    const { clause, words, host } = this.#about;
    if (bytes > this.#budget.sent) return denial(403, clause, `the request has ${bytes} bytes, more than the budget of its route ever is (${words})`, host, 'Send less, or ask for a larger budget.');
    const seconds = Math.max(1, Math.ceil(this.#untilRoom(bytes) / 1000));
    return { ...denial(429, clause, `the budget of this route is spent (${words}); it has room for this again in ${seconds} s`, host, `Wait ${seconds} s, and send less.`), final: false, retryAfter: seconds };
  }

  /** Milliseconds until so many bytes fit, if nothing else is sent meanwhile. */
  #untilRoom(bytes: number): number {
    let room = this.room;
    for (const slice of this.#slices) {
      room += slice.bytes;
      if (room >= bytes) return slice.last + this.#budget.window - this.#now();
    }
    return this.#budget.window;
  }
}

/** What was sent over each route with a budget. Outlives every change of routes: the next policy counts on. */
export class Budgets {
  readonly #now: () => number;
  readonly #sent = new Map<string, Slice[]>();

  /** `now` in milliseconds, never going back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Undefined for a route without a budget. `clause` is a rule of the route. */
  meterOf({ budget, host }: Route, clause: string): Meter | undefined {
    if (budget === undefined) return undefined;
    const key = routeKey(host);
    const slices = this.#sent.get(key) ?? [];
    this.#sent.set(key, slices);
    return new Meter(slices, budgetOf(budget), this.#now, { clause: `${clause.replace(/\..*$/s, '')}.budget`, words: budgetWords(budget), host });
  }
}

/** Whether what was let through under one route goes on under the other with the same budget. */
export function sameBudget(one: Route, other: Route): boolean {
  const [a, b] = [one, other].map(({ budget }) => (budget === undefined ? undefined : budgetOf(budget)));
  return a?.sent === b?.sent && a?.window === b?.window;
}

/** What of a request is its head. */
export type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>;

/** Bytes of a head as the agent sent it. */
export function headBytes(request: RequestHead): number {
  const line = (request.method ?? '').length + (request.url ?? '').length + ' '.length + ' HTTP/1.1\r\n'.length;
  // Each name and each value brings two more: `: ` and the line end.
  return request.rawHeaders.reduce((sum, text) => sum + text.length + 2, line + '\r\n'.length);
}
