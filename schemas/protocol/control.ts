import * as z from 'zod';
import { logLineSchema } from './egressLog.ts';
import { routesFileSchema } from '../policy/routesSchema.ts';

/**
 * The control channel between the host and the egress sidecar: one WebSocket over a duplex stream that the agent
 * cannot reach (a unix socket in the 0700 state directory, or the stdio of an exec in the sidecar container).
 * Text frames, one JSON message each. The host asks, the sidecar replies with the same `id`; events come unasked.
 */

/** What a sidecar needs before it lets anything pass. It starts empty and refuses everything until this arrives. */
export const sidecarConfigSchema = z.strictObject({
  slug: z.string().min(1),
  /** The live policy; the same object that `egress/routes.yaml` prints. */
  routes: routesFileSchema,
  /** Credential values by slot name (`token_env` of a route). Kept in memory only. */
  credentials: z.record(z.string(), z.string()),
  /** The bottle's own certificate authority, PEM. The key never leaves host and sidecar memory. */
  ca: z.strictObject({ certPem: z.string(), keyPem: z.string() }),
  /** Extra PEM certificates trusted towards upstreams (`BOT_BOTTLE_EXTRA_CA`). */
  extraCaPem: z.string().optional(),
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
  pid: z.number().int(),
});
export type SidecarHealth = z.infer<typeof healthSchema>;

export const controlMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('reply'), id: z.number().int(), ok: z.literal(true), value: z.unknown().optional() }),
  z.strictObject({ type: z.literal('error'), id: z.number().int(), message: z.string() }),
  /** `offset` is the position just after this line in the log. */
  z.strictObject({ type: z.literal('verdict'), offset: z.number().int(), line: logLineSchema }),
]);
export type ControlMessage = z.infer<typeof controlMessageSchema>;
