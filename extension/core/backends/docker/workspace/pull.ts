import { chown, mkdir, rename, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { exclusively } from '../../../files/exclusive.ts';
import { removeTree } from '../../../files/removeTree.ts';
import type { Owner } from '../../backend.ts';
import { bridgeWorkspace } from '../containers/bridge.ts';
import { extractArchive } from './extract.ts';

/**
 * Brings the workspace volume, as the bridge's container shows it (running or not), back to `folder`. The folder keeps
 * its earlier content until everything has arrived. What is removed was written by the agent, which may have locked it.
 * Returns the paths that no program here could reach, and that stayed behind therefore.
 */
export async function pullVolume(bridge: Dockerode.Container, folder: string, owner: Owner, signal: AbortSignal): Promise<string[]> {
  // An editor and a command may look at the same bottle; two pulls into one folder would make half of each.
  return exclusively(`${folder}.lock`, signal, () => pull(bridge, folder, owner, signal));
}

async function pull(bridge: Dockerode.Container, folder: string, owner: Owner, signal: AbortSignal): Promise<string[]> {
  const incoming = `${folder}.incoming`;
  const before = `${folder}.before`;
  await removeTree(incoming);
  if (!(await exists(folder))) await rename(before, folder);
  const { mode } = await stat(folder);
  await mkdir(incoming, { mode: mode & 0o777 });
  try {
    const archive = await bridge.getArchive({ path: bridgeWorkspace });
    const left = await extractArchive(new Readable().wrap(archive), incoming, owner, signal);
    if (process.geteuid?.() === 0) await chown(incoming, owner.uid, owner.gid);
    await removeTree(before);
    await rename(folder, before);
    await rename(incoming, folder);
    await removeTree(before);
    return left;
  } finally {
    await removeTree(incoming);
  }
}

/** False after a pull that was cut between its two renames. */
async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
