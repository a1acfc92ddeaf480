import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack as createPack, type Pack } from 'tar-stream';
import type { Owner } from '../../backend.ts';

/**
 * A folder as a tar stream: `prefix/…`, everything owned by `owner`. Links stay links; what is neither folder, file nor
 * link is left out, and so are the `hidden` paths. Errors destroy the stream.
 */
export function packFolder(folder: string, prefix: string, owner: Owner, hidden: ReadonlySet<string>): Pack {
  const pack = createPack();
  void walk(pack, folder, prefix, '', owner, hidden).then(
    () => pack.finalize(),
    (thrown: unknown) => pack.destroy(thrown instanceof Error ? thrown : new Error(String(thrown))),
  );
  return pack;
}

async function walk(pack: Pack, root: string, prefix: string, path: string, owner: Owner, hidden: ReadonlySet<string>): Promise<void> {
  if (hidden.has(path)) return;
  const full = join(root, path);
  const stat = await lstat(full);
  const header = { name: join(prefix, path), mode: stat.mode & 0o777, mtime: stat.mtime, uid: owner.uid, gid: owner.gid };
  if (stat.isDirectory()) {
    pack.entry({ ...header, type: 'directory' });
    for (const name of (await readdir(full)).sort()) await walk(pack, root, prefix, join(path, name), owner, hidden);
  } else if (stat.isSymbolicLink()) {
    pack.entry({ ...header, type: 'symlink', linkname: await readlink(full) });
  } else if (stat.isFile()) {
    await pipeline(createReadStream(full), pack.entry({ ...header, size: stat.size }));
  }
}
