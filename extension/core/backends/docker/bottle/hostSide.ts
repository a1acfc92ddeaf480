import { chown, lstat, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BottleSpec } from '../../backend.ts';

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

/** The host's egress log. The sidecar gets this one file, not its folder. */
export function logFile(stateDir: string): string {
  return join(stateDir, 'egress', 'log.jsonl');
}

/** Makes the files that a local engine mounts from the state folder. */
export async function prepareHostSide(spec: BottleSpec, user: string, emptyFile: string): Promise<void> {
  const log = logFile(spec.stateDir);
  await mkdir(dirname(log), { recursive: true, mode: 0o700 });
  await (await open(log, 'a', 0o600)).close();
  const [uid = 0, gid = 0] = user.split(':').map(Number);
  if (selfIds().uid === 0) await chown(log, uid, gid);
  await writeFile(emptyFile, '', { mode: 0o444 });
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
