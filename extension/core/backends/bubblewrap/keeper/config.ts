import * as z from 'zod';
import { endReasonSchema } from '../../../../../schemas/protocol/bottle.ts';
import { initEventSchema } from '../../../../../schemas/protocol/bottleInit.ts';
import { cgroupSchema } from '../cgroup.ts';

/**
 * First line on the keeper's standard input. The second, `keep`, says that the start is complete; when the input ends
 * without it the starter is gone and so is the bottle. No secret is in here: the starter configures the sidecar itself.
 */
export const keeperConfigSchema = z.strictObject({
  slug: z.string().min(1),
  outer: z.array(z.string()).min(1),
  sidecar: z.array(z.string()).min(1),
  /** `InitConfig` as one line of JSON, passed on unread. */
  init: z.string().min(1),
  cgroups: z.array(cgroupSchema),
  /** Name of the groups, for their removal. */
  cgroupName: z.string().min(1),
  processesFile: z.string().startsWith('/'),
  exitFile: z.string().startsWith('/'),
});
export type KeeperConfig = z.infer<typeof keeperConfigSchema>;

export const keepWord = 'keep';

/** Lines on the keeper's standard output: what init says, and the end of the sidecar. */
export const keeperEventSchema = z.union([
  initEventSchema,
  z.strictObject({ type: z.literal('sidecarEnded'), code: z.number().int() }),
]);
export type KeeperEvent = z.infer<typeof keeperEventSchema>;

/** `exit.json` in the state folder: how the agent ended. */
export const exitRecordSchema = z.object({ code: z.number().int(), at: z.string(), endedBy: endReasonSchema.optional() });
export type ExitRecord = z.infer<typeof exitRecordSchema>;
