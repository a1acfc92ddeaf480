import * as z from 'zod';
import { logLineSchema } from './egressLog.ts';
import { sessionUsageSchema } from './egressUsage.ts';
import { incidentSchema } from './incident.ts';
import { routesFileSchema } from '../policy/routesSchema.ts';

/**
 * The control channel between the host and the egress sidecar: one WebSocket over a duplex stream that the agent
 * cannot reach (a unix socket in the 0700 state directory, or the stdio of an exec in the sidecar container).
 * Text frames, one JSON message each. The host asks, the sidecar replies with the same `id`; events come unasked.
 */

/** The host's `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as written there. A URL may hold a password: memory only. */
export const upstreamProxySettingsSchema = z.strictObject({
  https: z.string().optional(),
  http: z.string().optional(),
  noProxy: z.string().optional(),
});
export type UpstreamProxySettings = z.infer<typeof upstreamProxySettingsSchema>;

/**
 * A value the agent has and that must not go just anywhere: of its environment, planted as bait, or a stand-in for a
 * credential. Credentials themselves are in `credentials`; their home is the route they were given for.
 */
export const watchedSecretSchema = z.strictObject({
  kind: z.enum(['environment', 'canary', 'placeholder']),
  /** Shown in findings and incidents instead of the value. */
  name: z.string().min(1),
  value: z.string().min(1),
  /** Canonical host names it may go to; none for most. */
  home: z.array(z.string()),
});
export type WatchedSecret = z.infer<typeof watchedSecretSchema>;

/** What a sidecar needs before it lets anything pass. It starts empty and refuses everything until this arrives. */
export const sidecarConfigSchema = z.strictObject({
  slug: z.string().min(1),
  /**
   * The live policy; the same object that `egress/routes.yaml` prints. It also binds each credential slot to the place
   * of its route, for good: `replaceRoutes` cannot send a slot elsewhere.
   */
  routes: routesFileSchema,
  /** Credential values by slot name (`token_env` of a route). Kept in memory only. */
  credentials: z.record(z.string(), z.string()),
  /** Everything else to look for in what leaves. Kept in memory only. */
  secrets: z.array(watchedSecretSchema).optional(),
  /** The bottle's own certificate authority, PEM. The key never leaves host and sidecar memory. */
  ca: z.strictObject({ certPem: z.string(), keyPem: z.string() }),
  /** Extra PEM certificates trusted towards upstreams (`BOT_BOTTLE_EXTRA_CA`). */
  extraCaPem: z.string().optional(),
  /** The proxies of the host's own network, towards upstreams. */
  upstreamProxy: upstreamProxySettingsSchema.optional(),
});
export type SidecarConfig = z.infer<typeof sidecarConfigSchema>;

export const controlRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ id: z.number().int(), type: z.literal('configure'), config: sidecarConfigSchema }),
  z.strictObject({
    id: z.number().int(),
    type: z.literal('replaceRoutes'),
    routes: routesFileSchema,
    credentials: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({ id: z.number().int(), type: z.literal('health') }),
  /** Asks for log lines from byte `offset` of the log on, then live ones as events. */
  z.strictObject({ id: z.number().int(), type: z.literal('follow'), offset: z.number().int().min(0) }),
  z.strictObject({ id: z.number().int(), type: z.literal('stop') }),
]);
export type ControlRequest = z.infer<typeof controlRequestSchema>;

export const healthSchema = z.object({
  configured: z.boolean(),
  routes: z.number().int(),
  /** Bytes in the log so far; the offset a follower would start at to get only news. */
  logBytes: z.number().int(),
  /** Lines that could not be written since the last one that could: the log is incomplete as long as this is not 0. */
  logMissing: z.number().int(),
  pid: z.number().int(),
  /** Set once a canary was seen: nothing leaves any more. */
  incident: incidentSchema.nullable(),
});
export type SidecarHealth = z.infer<typeof healthSchema>;

export const controlMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('reply'), id: z.number().int(), ok: z.literal(true), value: z.unknown().optional() }),
  z.strictObject({ type: z.literal('error'), id: z.number().int(), message: z.string() }),
  /** `offset` is the position just after this line in the log, `segment` where the segment that holds it begins. */
  z.strictObject({ type: z.literal('verdict'), offset: z.number().int(), segment: z.number().int(), line: logLineSchema }),
  /** To every host that follows the log: how routes were used so far, when that changed. */
  z.strictObject({ type: z.literal('usage'), usage: sessionUsageSchema }),
  /** To every host that follows the log, when it happens or when it starts to follow. */
  z.strictObject({ type: z.literal('incident'), incident: incidentSchema }),
]);
export type ControlMessage = z.infer<typeof controlMessageSchema>;
