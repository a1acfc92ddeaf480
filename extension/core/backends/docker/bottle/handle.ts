import * as z from 'zod';

/** What goes to `metadata.handle`: enough to find a bottle's objects again and to know that they are its own. */
export const handleSchema = z.object({
  /** The engine it was started at, in words. */
  engine: z.string(),
  home: z.string(),
  start: z.string(),
  /** Container ids. */
  agent: z.string(),
  bridge: z.string(),
  sidecar: z.string(),
  /** `uid:gid` of bridge and sidecar. */
  sidecarUser: z.string(),
  /** Our folder in the state folder; null at an engine elsewhere. */
  host: z.string().nullable(),
  /** The host's egress log, to be written by us; null where the sidecar writes it itself. */
  log: z.string().nullable(),
  /** Host folder that a remote workspace volume is brought back to; null where the folder is shared. */
  pull: z.string().nullable(),
});
export type Handle = z.infer<typeof handleSchema>;
