import * as z from 'zod';

const count = z.number().int().min(0);

/** What went over one route. Bytes are those of bodies. */
export const routeCountSchema = z.object({
  /** Requests that were let through. */
  hits: count,
  /** Requests to the route's host that were refused, e.g. because no entry of `matches` fits. */
  blocked: count,
  bytesUp: count,
  bytesDown: count,
  /** RFC 3339, UTC: the last request that was let through; null when there was none. */
  lastUse: z.string().nullable(),
});
export type RouteCount = z.infer<typeof routeCountSchema>;

/** `state/<slug>/egress/usage.json`: what one bottle did so far, whatever its log level is. Routes by `routeKey`. */
export const sessionUsageSchema = z.object({
  version: z.literal(1),
  allowed: count,
  blocked: count,
  routes: z.record(z.string(), routeCountSchema),
});
export type SessionUsage = z.infer<typeof sessionUsageSchema>;

/** A route over all sessions. Sessions are numbered from 1 in the order in which they ended. */
const keptRouteSchema = routeCountSchema.extend({ firstSession: count, lastSession: count.nullable() });
export type KeptRoute = z.infer<typeof keptRouteSchema>;

/** `$BOT_BOTTLE_HOME/usage/<bottle>.json`: the sessions of one bottle manifest that are over. */
export const keptUsageSchema = z.object({
  version: z.literal(1),
  sessions: count,
  /** Ids of the last sessions that were added, so that none is added twice. */
  added: z.array(z.string()),
  routes: z.record(z.string(), keptRouteSchema),
});
export type KeptUsage = z.infer<typeof keptUsageSchema>;

/** One route of a bottle as the editor and `routes` show it. */
export interface RouteUse extends RouteCount {
  /** See `routeKey`. */
  readonly route: string;
  /** Sessions since it was last used, or since it is there; 0 when the last session used it. */
  readonly unusedSessions: number;
}

/** All that is known of a bottle's routes, those of running bottles included. */
export interface BottleUsage {
  /** Sessions so far, running ones included. */
  readonly sessions: number;
  readonly routes: readonly RouteUse[];
}

/** What identifies a route when the file around it changes: its `host` in one spelling, without the usual port. */
export function routeKey(host: string): string {
  return host.trim().toLowerCase().replace(/\.?:443$/, '').replace(/\.$/, '');
}

/** Adds a session to what is kept. A session that was added before changes nothing. */
export function withSession(kept: KeptUsage, id: string, session: SessionUsage): KeptUsage {
  if (kept.added.includes(id)) return kept;
  const sessions = kept.sessions + 1;
  const routes = new Map(Object.entries(kept.routes));
  for (const [key, now] of Object.entries(session.routes)) {
    const before = routes.get(key) ?? { ...noCount, firstSession: sessions, lastSession: null };
    routes.set(key, { ...summed(before, now), firstSession: before.firstSession, lastSession: now.hits > 0 ? sessions : before.lastSession });
  }
  return { version: 1, sessions, added: [...kept.added, id].slice(-mostAdded), routes: Object.fromEntries(routes) };
}

/** What is kept, as it is shown. */
export function shownUsage(kept: KeptUsage): BottleUsage {
  const routes = Object.entries(kept.routes).map(([route, { firstSession, lastSession, ...counts }]) => ({
    route,
    ...counts,
    unusedSessions: kept.sessions - (lastSession ?? firstSession - 1),
  }));
  return { sessions: kept.sessions, routes: routes.sort((a, b) => (a.route < b.route ? -1 : 1)) };
}

/** Nothing so far. */
export const noUsage: KeptUsage = { version: 1, sessions: 0, added: [], routes: {} };

/** A route nobody used. */
export const noCount: RouteCount = { hits: 0, blocked: 0, bytesUp: 0, bytesDown: 0, lastUse: null };

/** More sessions than can still be about to end twice after a crash. */
const mostAdded = 200;

function summed(a: RouteCount, b: RouteCount): RouteCount {
  const lastUse = [a.lastUse, b.lastUse].filter((use) => use !== null).sort().at(-1) ?? null;
  return { hits: a.hits + b.hits, blocked: a.blocked + b.blocked, bytesUp: a.bytesUp + b.bytesUp, bytesDown: a.bytesDown + b.bytesDown, lastUse };
}
