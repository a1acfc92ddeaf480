import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack as createPack } from 'tar-stream';
import { BottleError } from '../../../errors.ts';
import type { BottleSpec, GuestFile, Owner } from '../../backend.ts';

/** Where the guest files are in the agent (read-only) and, while an engine elsewhere is given them, in the bridge. */
export const guestFolder = '/run/bot-bottle';

/** The file that `/etc/passwd` of our images points to. */
const passwd = ({ uid, gid }: Owner, home: string): string =>
  ['root:x:0:0:root:/root:/usr/sbin/nologin', `agent:x:${uid}:${gid}:agent:${home}:/bin/bash`, 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin', ''].join('\n');

const group = ({ gid }: Owner): string => ['root:x:0:', `agent:x:${gid}:`, 'nogroup:x:65534:', ''].join('\n');

/** A file or, without content, a folder; the path is relative to the guest folder. Parents come first. */
export interface GuestEntry {
  readonly path: string;
  readonly mode: number;
  readonly content?: string | Uint8Array;
}

/**
 * Everything of a bottle that is a file in the guest: `env`, `ca.pem`, `passwd`, `group` and the skeleton of the home under
 * `home/`. All of it belongs to the agent and is shown read-only.
 */
export function guestEntries(spec: Pick<BottleSpec, 'owner' | 'env' | 'caCertPem' | 'files' | 'guestHome'>): GuestEntry[] {
  const home = spec.files.map((file) => ({ ...file, path: underHome(file, spec.guestHome) }));
  return [
    { path: 'env', mode: 0o400, content: environmentScript(spec.env) },
    { path: 'ca.pem', mode: 0o444, content: spec.caCertPem },
    { path: 'passwd', mode: 0o444, content: passwd(spec.owner, spec.guestHome) },
    { path: 'group', mode: 0o444, content: group(spec.owner) },
    ...foldersOf(home.map((file) => file.path)).map((folder) => ({ path: posix.join('home', folder), mode: 0o700 })),
    ...home.map((file) => ({ path: posix.join('home', file.path), mode: file.mode, content: file.content })),
  ];
}

/** The entries as a tar archive, for an engine elsewhere. */
export async function guestArchive(entries: readonly GuestEntry[], { uid, gid }: Owner): Promise<Buffer> {
  const pack = createPack();
  for (const { path, mode, content } of entries) {
    if (content === undefined) pack.entry({ name: path, type: 'directory', mode, uid, gid });
    else pack.entry({ name: path, mode, uid, gid }, Buffer.from(content));
  }
  pack.finalize();
  return buffer(pack);
}

/** The entries as files under `folder`, which exists, for an engine on this machine. */
export async function writeGuestFolder(entries: readonly GuestEntry[], folder: string, { uid, gid }: Owner): Promise<void> {
  const asRoot = process.geteuid?.() === 0;
  for (const { path, mode, content } of entries) {
    const full = posix.join(folder, path);
    if (content === undefined) await mkdir(full);
    else await writeFile(full, content, { flag: 'wx' });
    await chmod(full, mode);
    if (asRoot) await chown(full, uid, gid);
  }
}

/** Shell assignments for exactly these variables; delivered as a file so that no value shows in `docker inspect`. */
export function environmentScript(env: Readonly<Record<string, string>>): string {
  const lines = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes('\0')) {
      throw new BottleError('manifest-invalid', `"${name}" cannot be an environment variable of the agent.`, { hint: 'Use letters, digits and underscores.' });
    }
    return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
  });
  return `${lines.join('\n')}\n`;
}

function underHome(file: GuestFile, home: string): string {
  const relative = posix.relative(home, posix.normalize(file.path));
  if (relative === '' || relative.startsWith('..') || posix.isAbsolute(relative)) {
    throw new BottleError('internal', `The guest file ${file.path} is not under ${home}.`);
  }
  return relative;
}

/** Every folder above these files, parents first. `home` itself is the first, as the empty name. */
function foldersOf(files: readonly string[]): string[] {
  const folders = new Set<string>(['']);
  for (const path of files) {
    const parts = path.split('/').slice(0, -1);
    parts.forEach((_, index) => folders.add(parts.slice(0, index + 1).join('/')));
  }
  return [...folders].sort();
}
