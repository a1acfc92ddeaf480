import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkspaceMode } from '../../../../schemas/protocol/bottle.ts';
import { chownTree } from './ownership.ts';
import { run } from '../../process/run.ts';
import { removeThrowaway, throwawayName } from '../../process/throwaway.ts';
import type { Owner } from '../backend.ts';
import { confine } from './launch.ts';

interface Choice {
  readonly mode: WorkspaceMode;
  readonly reason: string;
}

/** Paths of the probe inside its throw-away namespace. */
const inside = { lower: '/b/lower', scratch: '/b/scratch', merged: '/b/workspace' } as const;

/**
 * Overlay when the folder is the owner's and the kernel mounts it for them, found out by mounting it in a namespace that
 * ends with the question; else copy. `scratch` stands for where upper layers will live.
 */
export async function workspaceModeOf(host: string, owner: Owner, self: Owner, signal: AbortSignal, scratch = tmpdir()): Promise<Choice> {
  const stat = await lstat(host).catch(() => undefined);
  if (stat?.isDirectory() !== true) return { mode: 'copy', reason: `${host} is not a folder.` };
  if (stat.uid !== owner.uid) return { mode: 'copy', reason: 'The folder belongs to another user than the agent, who could not change its files in place.' };
  const folder = join(scratch, throwawayName('overlay'));
  await mkdir(folder, { mode: 0o700 });
  try {
    for (const name of ['upper', 'work']) await mkdir(join(folder, name), { mode: 0o700 });
    if (self.uid === 0) await chownTree(folder, owner);
    const options = `lowerdir=${inside.lower},upperdir=${inside.scratch}/upper,workdir=${inside.scratch}/work,userxattr,metacopy=off,index=off,xino=off`;
    const command = confine(owner, self, {
      binds: [{ from: host, to: inside.lower }, { from: folder, to: inside.scratch, writable: true }],
      folders: [inside.merged],
      flags: ['--unshare-user', '--unshare-pid', '--uid', '0', '--gid', '0', '--cap-add', 'ALL'],
      program: ['mount', '-t', 'overlay', 'overlay', '-o', options, inside.merged],
    });
    const { code, stderr } = await run(command, { signal });
    if (code === 0) return { mode: 'overlay', reason: 'The kernel shows the folder under a layer of its own; only changes are stored.' };
    return { mode: 'copy', reason: `An overlay over this folder cannot be mounted: ${stderr.trim().split('\n')[0] ?? ''}` };
  } finally {
    await removeThrowaway(folder);
  }
}
