import { spawn } from 'node:child_process';
import { extract } from 'tar-stream';
import { BottleError } from '../errors.ts';

const options = ['--create', '--file=-', '--format=posix', '--xattrs', '--xattrs-include=*.overlay.*', '--no-recursion'] as const;

const marks = ['user.overlay.opaque', 'trusted.overlay.opaque'] as const;

/**
 * Which of these folders of an upper layer replace the lower folder of their name instead of merging with it. Node
 * cannot read extended attributes, GNU tar can: it archives the bare folders and writes the attributes into their
 * headers. `trusted` ones show to root only. Throws `tool-missing` when tar cannot.
 */
export async function opaqueFolders(upper: string, folders: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
  if (folders.length === 0) return new Set();
  const tar = spawn('tar', [...options, '--directory', upper, '--null', '--verbatim-files-from', '--files-from=-'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    signal,
  });
  const found = new Set<string>();
  const reader = extract();
  reader.on('entry', (header, stream, next) => {
    const pax = new Map<string, unknown>(Object.entries(header.pax ?? {}));
    if (marks.some((mark) => pax.get(`SCHILY.xattr.${mark}`) === 'y')) found.add(header.name.replace(/^\.\//, '').replace(/\/$/, ''));
    stream.on('end', next);
    stream.resume();
  });
  const done = new Promise<void>((resolve, reject) => {
    tar.on('error', reject);
    reader.on('error', reject);
    const written = new Promise<void>((finished) => reader.on('finish', finished));
    tar.on('close', (code) => {
      if (code === 0) void written.then(resolve);
      else reject(new Error(`tar ended with ${code ?? 'a signal'}`));
    });
  });
  tar.stdin.on('error', () => undefined);
  tar.stdin.end(folders.map((folder) => `./${folder}\0`).join(''));
  tar.stdout.pipe(reader);
  try {
    await done;
  } catch (cause) {
    signal.throwIfAborted();
    throw new BottleError('tool-missing', 'The marks of the overlay could not be read with GNU tar.', { hint: 'Install it: sudo apt-get install tar', cause });
  }
  return found;
}
