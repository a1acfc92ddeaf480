import * as z from 'zod';

export const changeStatusSchema = z.enum(['added', 'modified', 'deleted', 'typechange']);

/** Why a changed path needs its own yes: it runs on, or steers, the host. `null` is an ordinary file. */
export const riskSchema = z.string().nullable();

export const changedFileSchema = z.object({
  /** Workspace-relative, `/`-separated, never leaving the workspace. */
  path: z.string(),
  status: changeStatusSchema,
  risk: riskSchema,
  /** Size of the bottle's version in bytes; 0 when deleted. */
  bytes: z.number().int(),
  /** True when the host's version is no longer the one the bottle started from. */
  conflict: z.boolean(),
  /** Set when this entry can never be taken to the host (special file, escaping link): the sentence why. */
  refused: z.string().optional(),
  /** SHA-256 of the bottle's version as shown, hex: of a link's target with `link:` in front, of an executable file with `exec:`; null when deleted or refused. Apply re-checks it. */
  hash: z.string().nullable(),
});
export type ChangedFile = z.infer<typeof changedFileSchema>;

export const changeSetSchema = z.object({ slug: z.string(), files: z.array(changedFileSchema) });
/** What the agent did to its copy of the workspace, the same for overlay and copy. */
export type ChangeSet = z.infer<typeof changeSetSchema>;
