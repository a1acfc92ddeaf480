import { chown, lstat, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BottleSpec, Owner } from '../../backend.ts';
import { guestEntries, writeGuestFolder } from '../containers/guest.ts';

/** `uid:gid` for bridge and sidecar where root runs us; the usual "nonroot", which owns nothing on a host. */
const nobodyElse = { uid: 65_532, gid: 65_532 } as const;

/** Who our own containers run as: the caller, whose log file it is, but never root. */
export function sidecarUser(self: { readonly uid: number; readonly gid: number }): string {
  const { uid, gid } = self.uid > 0 ? self : nobodyElse;
  return `${uid}:${gid}`;
}

/** The caller's ids; -1 on a platform without. */
export function selfIds(): { uid: number; gid: number } {
  return { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 };
}

/** What a local engine mounts from the state folder. */
export interface HostFolders {
  /** Holds all below but the last; gone with the bottle. */
  readonly root: string;
  readonly sockets: string;
  readonly control: string;
  readonly guest: string;
  /** An empty file, to mask hidden workspace files with. */
  readonly empty: string;
  /** Holds the egress log and its counters; the sidecar begins new files there. */
  readonly egress: string;
}

/** Where they are. */
export function hostFolders(stateDir: string): HostFolders {
  const root = join(stateDir, 'docker');
  const inside = (name: string): string => join(root, name);
  return { root, sockets: inside('sockets'), control: inside('control'), guest: inside('guest'), empty: inside('empty'), egress: join(stateDir, 'egress') };
}

/** Makes them: sockets, control and log for the sidecar's user, guest files for the agent. */
export async function prepareHostSide(spec: BottleSpec, user: string, folders: HostFolders): Promise<void> {
  const [uid = 0, gid = 0] = user.split(':').map(Number);
  const give = async (path: string, owner: Owner): Promise<void> => {
    if (selfIds().uid === 0) await chown(path, owner.uid, owner.gid);
  };
  await mkdir(folders.egress, { recursive: true, mode: 0o700 });
  await give(folders.egress, { uid, gid });
  await mkdir(folders.root, { mode: 0o700 });
  for (const path of [folders.sockets, folders.control]) {
    await mkdir(path, { mode: 0o700 });
    await give(path, { uid, gid });
  }
  await mkdir(folders.guest, { mode: 0o700 });
  await writeGuestFolder(guestEntries(spec), folders.guest, spec.owner);
  await give(folders.guest, spec.owner);
  await writeFile(folders.empty, '', { mode: 0o444 });
}

/** Those of the hidden files that are there to be masked: mounting over a missing one would create it. */
export async function presentFiles(spec: BottleSpec): Promise<string[]> {
  const root = spec.workspace.mode === 'overlay' ? spec.workspace.lower : spec.workspace.dir;
  const found = await Promise.all(
    spec.hidden.map(async (path) => {
      const stat = await lstat(join(root, path)).catch(() => undefined);
      return stat?.isFile() === true ? [path] : [];
    }),
  );
  return found.flat();
}
