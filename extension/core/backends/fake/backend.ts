import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { BottleError } from '../../errors.ts';
import type { Backend, BottleSpec, ExecRequest, ExecSession, RunningBottle, TtySession } from '../backend.ts';

/** What the fake keeps of one bottle. */
interface FakeBottle {
  readonly spec: BottleSpec;
  readonly child: ChildProcess;
  readonly commands: Set<ChildProcess>;
  readonly said: Buffer[];
  readonly exited: Promise<number>;
}

/**
 * A backend without any fence, for unit tests of the core: the agent is a plain child process on pipes, in the copy of
 * the workspace. It knows only what its own process started, and `probe` says that it is not to be used.
 */
export function createFakeBackend(): Backend {
  const bottles = new Map<string, FakeBottle>();
  const forget = async (slug: string): Promise<void> => {
    const bottle = bottles.get(slug);
    bottles.delete(slug);
    if (bottle === undefined) return;
    for (const child of [bottle.child, ...bottle.commands]) killGroup(child);
    await bottle.exited;
  };
  return {
    name: 'fake',
    holds: new Set(),
    probe: async () => [{ id: 'fake', ok: false, detail: 'The fake backend fences nothing.', fix: 'Use bubblewrap or docker.' }],
    workspaceMode: async () => ({ mode: 'copy', reason: 'The fake backend has no mounts.' }),
    async start(spec, progress, signal) {
      if (signal.aborted) throw new BottleError('cancelled', 'The start was cancelled.');
      if (spec.workspace.mode !== 'copy') throw new BottleError('backend-cannot', 'The fake backend only works on copies.');
      if (bottles.has(spec.slug)) throw new BottleError('busy', `The bottle "${spec.slug}" runs already.`);
      progress.report({ name: 'Starting', fraction: 0 });
      const home = join(spec.scratchDir, 'home');
      for (const { path, mode, content } of spec.files) {
        const target = join(home, path.slice(spec.guestHome.length));
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, content, { mode });
      }
      const child = launch(spec, spec.argv);
      await spawned(child);
      const said: Buffer[] = [];
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(chunk));
      const bottle: FakeBottle = { spec, child, commands: new Set(), said, exited: exitOf(child) };
      bottles.set(spec.slug, bottle);
      if (signal.aborted) {
        await forget(spec.slug);
        throw new BottleError('cancelled', 'The start was cancelled.');
      }
      progress.report({ name: 'Running', fraction: 1 });
      return running(bottle, () => forget(spec.slug));
    },
    async adopt({ slug }) {
      const bottle = bottles.get(slug);
      return bottle === undefined ? undefined : running(bottle, () => forget(slug));
    },
    async sweep(stateRoot, keep) {
      const dead = [...bottles.values()].filter(({ spec, child }) => dirname(spec.stateDir) === stateRoot && !keep.has(spec.slug) && child.exitCode !== null);
      for (const { spec } of dead) await forget(spec.slug);
      return { removed: dead.map(({ spec }) => `bottle ${spec.slug}`) };
    },
  };
}

function running(bottle: FakeBottle, stop: () => Promise<void>): RunningBottle {
  const { spec, exited } = bottle;
  return {
    slug: spec.slug,
    handle: {},
    attach: async () => view(bottle),
    exec: (request) => command(bottle, request),
    control: () => Promise.reject(new BottleError('backend-cannot', 'The fake backend has no sidecar.')),
    mergedNames: (folders) => names(spec, folders),
    pullWorkspace: async () => undefined,
    exited,
    ended: bottle.child.exitCode ?? undefined,
    stop,
  };
}

/** Pipes instead of a terminal: sizes are taken and mean nothing. */
function view({ child, said, exited }: FakeBottle): TtySession {
  const output = new PassThrough();
  for (const chunk of said) output.write(chunk);
  const more = (chunk: Buffer): void => void output.write(chunk);
  const streams = [child.stdout, child.stderr].filter((stream): stream is Readable => stream !== null);
  for (const stream of streams) stream.on('data', more);
  const detached = once(output, 'close').then(() => null);
  void exited.then(() => output.end());
  return {
    output,
    input: child.stdin ?? new PassThrough(),
    resize: async () => undefined,
    exited: Promise.race([exited, detached]),
    detach: () => {
      for (const stream of streams) stream.off('data', more);
      output.destroy();
    },
  };
}

async function command({ spec, commands }: FakeBottle, request: ExecRequest): Promise<ExecSession> {
  const child = launch(spec, request.argv);
  await spawned(child);
  commands.add(child);
  const exited = exitOf(child);
  void exited.then(() => commands.delete(child));
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new BottleError('internal', 'A command was started without pipes.');
  stdin.on('error', () => undefined);
  return { stdin, stdout, stderr, resize: async () => undefined, exited, kill: () => killGroup(child) };
}

async function names(spec: BottleSpec, folders: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const root = workspaceOf(spec);
  for (const folder of folders) {
    const path = join(root, folder);
    if ((await realpath(path).catch(() => '')) === path) found.set(folder, (await readdir(path).catch(() => [])).sort());
  }
  return found;
}

/** In a group of its own, so that it can be killed with its children. */
function launch(spec: BottleSpec, argv: readonly string[]): ChildProcess {
  const [program, ...args] = argv;
  if (program === undefined) throw new BottleError('usage', 'There is nothing to run.');
  return spawn(program, args, { cwd: workspaceOf(spec), env: { ...spec.env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
}

function workspaceOf({ workspace }: BottleSpec): string {
  return workspace.mode === 'copy' ? workspace.dir : workspace.lower;
}

async function spawned(child: ChildProcess): Promise<void> {
  await once(child, 'spawn').catch((cause: unknown) => {
    throw new BottleError('backend-failed', 'The program could not be started.', { cause });
  });
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 137)));
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Gone between the look and the signal.
  }
}
