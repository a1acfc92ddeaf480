import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { WorkspaceMode } from '../../../schemas/protocol/bottle.ts';
import { silentProgress } from '../../../extension/core/ports.ts';
import type { LeftOut } from '../../../extension/core/workspace/leftOut.ts';
import { prepareWorkspace } from '../../../extension/core/workspace/prepare.ts';
import { recordBaseline } from '../../../extension/core/workspace/baseline.ts';
import type { Review } from '../../../extension/core/workspace/review.ts';

/** A host folder, its bottle's scratch folder, and the view the agent works in. */
export interface World {
  readonly host: string;
  readonly scratch: string;
  /** Where the agent's edits are made: the merged mount, or the copy. */
  readonly view: string;
  readonly review: Review;
  /** Unmounts an overlay, as the end of a bottle does. */
  end(): void;
  [Symbol.dispose](): void;
}

/** Files by path: text, or a link's target with `->` in front, or executable text with `#!` in front. */
export function writeTree(root: string, tree: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    if (content.startsWith('->')) symlinkSync(content.slice(2), file);
    else writeFileSync(file, content);
    if (content.startsWith('#!')) chmodSync(file, 0o755);
  }
}

/** Prepares a workspace as a start does; the overlay is a real mount, made by root. */
export async function openWorld(
  mode: WorkspaceMode,
  tree: Readonly<Record<string, string>>,
  options: { readonly hidden?: readonly string[]; readonly marks?: 'userxattr'; readonly baseline?: false; readonly merged?: 'ask'; readonly leftOut?: (host: string) => Promise<LeftOut>; readonly prepare?: (host: string) => void } = {},
): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), 'bottle-world-'));
  const host = join(root, 'host');
  const scratch = join(root, 'scratch');
  for (const folder of [host, scratch]) mkdirSync(folder);
  writeTree(host, tree);
  options.prepare?.(host);
  const hidden = options.hidden ?? [];
  const signal = new AbortController().signal;
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const leftOut = await options.leftOut?.(host);
  const workspace = await prepareWorkspace({ mode, host, scratchDir: scratch, owner, hidden, signal, progress: silentProgress, ...(leftOut === undefined ? {} : { leftOut }) });
  if (options.baseline !== false) await recordBaseline({ workspace, scratchDir: scratch, hidden, signal });
  const view = workspace.mode === 'copy' ? workspace.dir : join(root, 'merged');
  let mounted = false;
  if (workspace.mode === 'overlay') {
    mkdirSync(view);
    const marks = options.marks === undefined ? '' : `,${options.marks}`;
    run('mount', ['-t', 'overlay', 'overlay', '-o', `lowerdir=${workspace.lower},upperdir=${workspace.upper},workdir=${workspace.work}${marks}`, view]);
    mounted = true;
  }
  const end = (): void => {
    if (mounted) run('umount', [view]);
    mounted = false;
  };
  const mergedNames: Review['mergedNames'] =
    options.merged === undefined ? null : async (folders) => new Map(folders.map((folder) => [folder, readdirSync(join(view, folder))]));
  return {
    host,
    scratch,
    view,
    review: { slug: 'world', workspace, scratchDir: scratch, hidden, mergedNames, signal },
    end,
    [Symbol.dispose]: () => {
      end();
      // Node cannot remove what is nested deeper than a path may be long.
      run('rm', ['-rf', '--', root]);
    },
  };
}

/** Whether this machine lets us mount an overlay; the reason when it does not. */
export function cannotMount(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount';
  const root = mkdtempSync(join(tmpdir(), 'bottle-probe-'));
  for (const name of ['l', 'u', 'w', 'm']) mkdirSync(join(root, name));
  const options = `lowerdir=${root}/l,upperdir=${root}/u,workdir=${root}/w`;
  const mounted = spawnSync('mount', ['-t', 'overlay', 'overlay', '-o', options, `${root}/m`], { encoding: 'utf8' });
  if (mounted.status === 0) spawnSync('umount', [`${root}/m`]);
  rmSync(root, { recursive: true, force: true });
  return mounted.status === 0 ? undefined : `the kernel refuses an overlay mount: ${mounted.stderr}`;
}

/** Runs a program and throws what it said when it fails. */
export function run(program: string, args: readonly string[]): void {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program} failed: ${done.stderr}`);
}
