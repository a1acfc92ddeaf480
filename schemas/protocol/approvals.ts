import * as z from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * `approvals/<id>.json` in the home folder: what a person agreed to for one agent of one workspace. It lives outside
 * every workspace, so that nothing a repository or an agent writes can say yes for the person.
 */
export const approvalSchema = z.strictObject({
  version: z.literal(1),
  /** Real path of the workspace folder. */
  workspace: z.string(),
  /** Name of the agent. */
  agent: z.string(),
  /** RFC 3339, UTC. */
  approvedAt: z.string(),
  /** The agent's file as it was shown, and the hash of its bytes. */
  text: z.string(),
  sha256,
  /** What its bottle let it reach, in words, for the next comparison; the hash decides whether it still does. */
  reach: z.array(z.string()),
  reachSha256: sha256,
});
export type Approval = z.infer<typeof approvalSchema>;
