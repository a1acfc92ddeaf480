import type { Agent } from '../../../schemas/manifest/agent.ts';
import type { Bottle } from '../../../schemas/manifest/bottle.ts';

/** Git author inside a bottle; null where neither file says. */
export interface Identity {
  readonly name: string | null;
  readonly email: string | null;
}

/** Field by field, the agent's word over the bottle's. */
export function identityOf(agent: Agent, bottle: Bottle): Identity {
  const own = bottle.gitGate.user;
  return { name: agent.gitUser.name ?? own.name ?? null, email: agent.gitUser.email ?? own.email ?? null };
}

/** Identity with the origin of each field, as in `name=Ada (agent), email=ada@example.com (bottle)`. */
export function describeIdentity(agent: Agent, bottle: Bottle): string {
  return (['name', 'email'] as const)
    .flatMap((field) => {
      if (agent.gitUser[field] !== undefined) return [`${field}=${agent.gitUser[field]} (agent)`];
      const value = bottle.gitGate.user[field];
      return value === undefined ? [] : [`${field}=${value} (bottle)`];
    })
    .join(', ');
}
