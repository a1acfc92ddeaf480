import { execFile } from 'node:child_process';
import { readdir, stat, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type InitConfig, outerPaths } from '../../schemas/protocol/bottleInit.ts';

/** What a file, folder or link counts at least, however empty: it takes room of the file system's own. Bytes. */
const leastOfEach = 4096;

/** The longest that du may take, ms. Nobody waits for a sum any longer. */
const longestMs = 30_000;

/** `OVERLAYFS_SUPER_MAGIC` of linux/magic.h. */
const overlayMagic = 0x794c7630;

/**
 * Made before the agent starts; then tells how many bytes it has added to its workspace: the upper layer of an overlay, a
 * copy beyond what it was. What is deleted and still open counts. Home and temporary folders are memory with bounds of their
 * own. Rejects, here and later, when nothing can be measured.
 */
export async function diskUse(workspace: InitConfig['workspace']): Promise<() => Promise<number>> {
  const folder = workspace.mode === 'overlay' ? workspace.upper : workspace.dir;
  const { dev } = await stat(folder);
  const isInWorkspace = async (path: string, device: number): Promise<boolean> => (workspace.mode === 'overlay' ? (await statfs(path)).type === overlayMagic : device === dev);
  const first = await treeBytes(folder);
  const before = workspace.mode === 'overlay' ? 0 : first;
  return async () => {
    const [tree, open] = await Promise.all([treeBytes(folder), deletedBytes(isInWorkspace)]);
    return Math.max(0, tree + open - before);
  };
}

/**
 * Blocks of a tree, or what so many files take at least. du(1) and not a walk of ours: it follows folders nested deeper than
 * a path may be long, counts a file with two names once, and runs beside the bottle's terminal.
 */
async function treeBytes(folder: string): Promise<number> {
  const [blocks, files] = await Promise.all([total(['--block-size=1'], folder), total(['--inodes'], folder)]);
  return Math.max(blocks, files * leastOfEach);
}

async function total(what: readonly string[], folder: string): Promise<number> {
  const options = { env: { ...process.env, LC_ALL: 'C' }, timeout: longestMs, killSignal: 'SIGKILL' } as const;
  // It fails for files that vanish under it, and says its sum nevertheless.
  const said = await promisify(execFile)('du', [...what, '--summarize', '--one-file-system', '--', folder], options).catch(
    (thrown: unknown) => ({ stdout: typeof thrown === 'object' && thrown !== null && 'stdout' in thrown ? String(thrown.stdout) : '' }),
  );
  const sum = /^(\d+)\t/m.exec(said.stdout)?.[1];
  if (sum === undefined) throw new Error(`How much is in ${outerPaths.workspace} cannot be measured: du gave no sum.`);
  return Number(sum);
}

/** Blocks of files of the workspace that have no name any more but are still open in some thread. */
async function deletedBytes(isInWorkspace: (path: string, device: number) => Promise<boolean>): Promise<number> {
  const seen = new Map<string, number>();
  const look = async (path: string): Promise<void> => {
    // The link's own words say less: a file below a path that is too long has none.
    const file = await stat(path).catch(() => undefined);
    if (file?.isFile() !== true || file.nlink > 0 || seen.has(`${file.dev}:${file.ino}`)) return;
    if (await isInWorkspace(path, file.dev).catch(() => false)) seen.set(`${file.dev}:${file.ino}`, file.blocks * 512);
  };
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // Processes, threads and descriptors come and go while we look. A thread may have descriptors of its own.
    for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
      const folder = `/proc/${pid}/task/${thread}/fd`;
      await Promise.all((await readdir(folder).catch(() => [])).map((name) => look(`${folder}/${name}`)));
    }
  }
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}
