import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { BottleError } from '../errors.ts';
import type { Folder } from './folder.ts';
import { hostBytes, isContent, isLocked, stuckError, type Return } from './hostVersion.ts';
import { closedFault } from './judge.ts';

/** One command inside the bottle; `stdin` is written and ended. */
export interface DiscardStep {
  readonly argv: readonly string[];
  readonly stdin: Uint8Array;
}

/** Commands in their order, and the one that removes what they leave behind when one fails. */
export interface DiscardSteps {
  readonly steps: readonly DiscardStep[];
  readonly tidy: DiscardStep;
}

/** Paths given to one command, well below any limit on arguments. */
const batch = 500;

/** Moves each file into its place by a rename, so that the agent's version is there until the host's is. */
const moveScript = [
  'from=$1 to=$2; shift 2',
  'for path do',
  'case $path in */*) /bin/mkdir -p -- "$to/${path%/*}" || exit;; esac',
  'if [ -d "$to/$path" ] && [ ! -L "$to/$path" ]; then /bin/rm -rf -- "$to/$path" || exit; fi',
  '/bin/mv -f -T -- "$from/$path" "$to/$path" || exit',
  'done',
].join('\n');

/**
 * Commands that bring paths of a running bottle back to what the host has. They run inside, as the agent: its links lead
 * nowhere the agent could not go itself, and a mounted overlay is never edited from outside. Everything the bottle gets
 * back is in it before the first path is touched. Throws `refused` for what cannot be brought there.
 */
export async function discardSteps(host: Folder, returns: readonly Return[], guestWorkspace: string): Promise<DiscardSteps> {
  const temp = `${guestWorkspace}/.bot-bottle-${randomBytes(8).toString('hex')}`;
  const archive = await hostArchive(host, returns);
  const paths = (chosen: (one: Return) => boolean): string[] => returns.filter(chosen).map(({ change }) => change.path);
  const removing = (options: string, named: readonly string[]): DiscardStep[] => batches(named).map((some) => step(['/bin/rm', options, '--', ...some.map((path) => `${guestWorkspace}/${path}`)]));
  const tidy = step(['/bin/rm', '-rf', '--', temp]);
  return {
    steps: [
      step(['/bin/mkdir', '--', temp]),
      { argv: ['/bin/tar', '--extract', '--no-same-owner', '--directory', temp, '--file=-'], stdin: archive },
      // A folder's owner may not remove what is in it either while its mode forbids to look.
      ...batches(paths(({ change }) => change.refused === closedFault)).map((some) => step(['/bin/chmod', '-R', 'u+rwX', '--', ...some.map((path) => `${guestWorkspace}/${path}`)])),
      ...removing('-rf', paths(({ version }) => !isContent(version) && version.kind !== 'folder')),
      // What stands in the place of a host's folder is no folder; were it one by now, it would hold files of the host's.
      ...removing('-f', paths((one) => one.version.kind === 'folder' && !isLocked(one))),
      ...batches(paths(({ version }) => isContent(version))).map((some) => step(['/bin/sh', '-c', moveScript, 'sh', temp, guestWorkspace, ...some])),
      tidy,
    ],
    tidy,
  };
}

function step(argv: readonly string[]): DiscardStep {
  return { argv, stdin: new Uint8Array() };
}

function batches(paths: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(paths.length / batch) }, (_, index) => paths.slice(index * batch, (index + 1) * batch));
}

async function hostArchive(host: Folder, returns: readonly Return[]): Promise<Uint8Array> {
  const archive = pack();
  const whole = buffer(archive);
  try {
    for (const { change, version, base, stuck } of returns) {
      if (stuck) throw stuckError(change.path);
      if (version.kind === 'link') archive.entry({ name: change.path, type: 'symlink', linkname: version.target });
      if (version.kind !== 'file') continue;
      const content = hostBytes(host, change.path, version.sha256);
      if (content === undefined) throw new BottleError('conflict', `The host is just changing ${JSON.stringify(change.path)}, so nothing was discarded.`, { hint: 'Try again.' });
      archive.entry({ name: change.path, mode: version.executable ? 0o755 : 0o644, mtime: new Date(base?.mtimeMs ?? 0) }, content);
    }
  } finally {
    archive.finalize();
  }
  return whole;
}
