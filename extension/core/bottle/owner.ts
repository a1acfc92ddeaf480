import { lstat } from 'node:fs/promises';
import { BottleError } from '../errors.ts';
import type { Owner } from '../backends/backend.ts';

/**
 * The uid and gid for a root-owned workspace: outside the ranges that Debian, Ubuntu and Fedora give to people and
 * services, so that it owns nothing but bottles.
 */
const unprivileged: Owner = { uid: 64_100, gid: 64_100 };

/** Who the agent is: whoever owns the workspace, never root. `self` is the caller's own uid and gid. */
export async function ownerOf(workspace: string, self: Owner): Promise<Owner> {
  if (self.uid !== 0) return self;
  const stat = await lstat(workspace).catch((cause: unknown) => {
    throw new BottleError('workspace-invalid', `The workspace ${workspace} cannot be read.`, { cause });
  });
  return stat.uid === 0 ? unprivileged : { uid: stat.uid, gid: stat.gid === 0 ? stat.uid : stat.gid };
}
