import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack as createPack } from 'tar-stream';
import { BottleError } from '../../../errors.ts';
import type { BottleSpec, GuestFile, Owner } from '../../backend.ts';

/** Where the guest volume is mounted in the agent (read-only) and, to be filled, in the bridge. */
export const guestFolder = '/run/bot-bottle';

/** The file that `/etc/passwd` of our images points to. */
const passwd = ({ uid, gid }: Owner, home: string): string =>
  ['root:x:0:0:root:/root:/usr/sbin/nologin', `agent:x:${uid}:${gid}:agent:${home}:/bin/bash`, 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin', ''].join('\n');

const group = ({ gid }: Owner): string => ['root:x:0:', `agent:x:${gid}:`, 'nogroup:x:65534:', ''].join('\n');

/**
 * Everything of a bottle that is a file in the guest, as a tar archive for the root of the guest volume: `env`, `ca.pem`,
 * `passwd`, `group` and the skeleton of the home under `home/`. All of it belongs to the agent and is shown read-only.
 */
export async function guestArchive(spec: Pick<BottleSpec, 'owner' | 'env' | 'caCertPem' | 'files' | 'guestHome'>): Promise<Buffer> {
  const pack = createPack();
  const { uid, gid } = spec.owner;
  const file = (name: string, mode: number, content: string | Uint8Array): void => {
    pack.entry({ name, mode, uid, gid, mtime: new Date() }, Buffer.from(content));
  };
  file('env', 0o400, environmentScript(spec.env));
  file('ca.pem', 0o444, spec.caCertPem);
  file('passwd', 0o444, passwd(spec.owner, spec.guestHome));
  file('group', 0o444, group(spec.owner));
  const home = spec.files.map((one) => ({ ...one, path: underHome(one, spec.guestHome) }));
  for (const folder of foldersOf(home.map((one) => one.path))) pack.entry({ name: `home/${folder}`, type: 'directory', mode: 0o700, uid, gid });
  for (const one of home) file(`home/${one.path}`, one.mode, one.content);
  pack.finalize();
  return buffer(pack);
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
