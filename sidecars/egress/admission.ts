import type { IncomingMessage } from 'node:http';
import type { Route } from '../../schemas/policy/route.ts';
import { headBytes } from './budget.ts';
import type { Budgets, RequestHead } from './budget.ts';
import type { Denial } from './denial.ts';
import type { Outgoing } from './forward.ts';
import { givingBack, impatient, noRoom } from './heldBodies.ts';
import type { HeldBodies } from './heldBodies.ts';
import type { TimeLimits } from './limits.ts';

/** A request that may leave, and the rule that says so. */
interface Judged {
  readonly route: Route;
  readonly clause: string;
  readonly outgoing: Outgoing;
}

/** What requests share. */
interface Shared {
  readonly budgets: Budgets;
  readonly held: HeldBodies;
  readonly limits: TimeLimits;
}

/** A request with its share of what is limited. */
export interface Admission {
  readonly outgoing: Outgoing;
  /** To be called at its end. What was not `sent` for certain leaves the budget as it was. */
  readonly end: (sent: boolean) => void;
}

/**
 * Takes a request's share before anything of it goes: of its route's budget the head and a body of known length, and room
 * for a body that is held back. An agent that then stays silent is hung up on. Throws `BudgetSpent`; the denial is for want of room.
 */
export function admit({ budgets, held, limits }: Shared, { route, clause, outgoing }: Judged, request: RequestHead & Pick<IncomingMessage, 'destroy'>): Admission | Denial {
  const { body, bodyScan } = outgoing;
  const meter = budgets.meterOf(route, clause);
  const spending = meter?.take(headBytes(request) + (body.kind === 'length' ? Number(body.length) : 0));
  const giveBack = (): void => {
    if (spending !== undefined) meter?.giveBack(spending);
  };
  const room = held.take(body);
  if (room === undefined) {
    giveBack();
    return noRoom(outgoing.authority.host);
  }
  return {
    outgoing: {
      ...outgoing,
      bodyScan: bodyScan === undefined ? undefined : impatient(givingBack(bodyScan, room), limits.silence, () => void request.destroy()),
      room,
      charge: meter === undefined ? undefined : (bytes) => void meter.take(bytes),
    },
    end(sent) {
      room.resize(0);
      if (!sent) giveBack();
    },
  };
}
