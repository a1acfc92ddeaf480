import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { BottleSpec, GuestFile, Limits, Owner, PreparedWorkspace } from '../../../extension/core/backends/backend.ts';
import { bottleEnvironment } from '../../../extension/core/bottle/environment.ts';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import type { BottleMetadata, WorkspaceMode } from '../../../schemas/protocol/bottle.ts';
import type { RoutesFile } from '../../../schemas/policy/routesFile.ts';

export interface SpecWishes {
  /** Run by `/bin/sh -c` as the agent. */
  readonly script: string;
  readonly mode: WorkspaceMode;
  readonly owner: Owner;
  /** An existing folder the owner can walk into. */
  readonly folder: string;
  readonly workspace?: Readonly<Record<string, string>>;
  readonly files?: readonly GuestFile[];
  readonly hidden?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly limits?: Partial<Limits>;
  readonly routes?: RoutesFile;
  readonly credentials?: Readonly<Record<string, string>>;
}

export interface MadeSpec {
  readonly spec: BottleSpec;
  /** The host's workspace folder, owned by the owner. */
  readonly workspace: string;
  /** `$BOT_BOTTLE_HOME/state` of this spec. */
  readonly stateRoot: string;
}

const mebibyte = 1024 * 1024;
const limits: Limits = { pids: 256, memoryBytes: 1024 * mebibyte, cpus: 2, tmpBytes: 64 * mebibyte, fileBytes: 64 * mebibyte };
const guestHome = '/home/agent';
const guestWorkspace = '/workspace';

/** A small, valid bottle on real folders: what `bottle/plan` and `core/workspace` would have prepared. */
export async function makeSpec(wishes: SpecWishes): Promise<MadeSpec> {
  const { owner } = wishes;
  const slug = `t-${randomBytes(5).toString('hex')}`;
  const ca = createAuthority(slug);
  const root = await mkdtemp(join(wishes.folder, 'b-'));
  await chmod(root, 0o755);
  const workspace = await ownedFolder(join(root, 'ws'), owner);
  for (const [path, content] of Object.entries(wishes.workspace ?? { 'README.md': 'hello\n' })) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await chown(dirname(join(workspace, path)), owner.uid, owner.gid);
    await writeFile(join(workspace, path), content);
    await chown(join(workspace, path), owner.uid, owner.gid);
  }
  const scratchDir = await ownedFolder(join(root, 'scratch'), owner);
  const stateRoot = join(root, 'home', 'state');
  const stateDir = join(stateRoot, slug);
  await mkdir(join(stateDir, 'egress'), { recursive: true, mode: 0o700 });
  return {
    workspace,
    stateRoot,
    spec: {
      slug,
      owner,
      argv: ['/bin/sh', '-c', wishes.script],
      env: { ...bottleEnvironment({ slug, guestHome, guestWorkspace, term: 'xterm-256color' }), ...wishes.env },
      guestHome,
      guestWorkspace,
      files: wishes.files ?? [],
      caCertPem: ca.certPem,
      workspace: await prepare(wishes.mode, workspace, scratchDir, wishes.workspace ?? { 'README.md': 'hello\n' }, owner),
      hidden: wishes.hidden ?? [],
      image: { name: 'shell' },
      mounts: [],
      limits: { ...limits, ...wishes.limits },
      sidecar: {
        slug,
        routes: wishes.routes ?? { log: 1, routes: [] },
        credentials: { ...wishes.credentials },
        ca,
      },
      size: { cols: 100, rows: 30 },
      stateDir,
      scratchDir,
    },
  };
}

/** The metadata that core would have written for a running bottle. */
export function metadataOf({ spec, workspace }: MadeSpec, backend: BottleMetadata['backend'], handle: Record<string, unknown>): BottleMetadata {
  return {
    version: 1,
    slug: spec.slug,
    agent: 'test',
    bottle: 'test',
    provider: 'shell',
    backend,
    label: '',
    color: null,
    startedAt: new Date().toISOString(),
    state: 'running',
    exitCode: null,
    workspace: { mode: spec.workspace.mode, host: workspace, guest: spec.guestWorkspace, hidden: [...spec.hidden] },
    owner: spec.owner,
    scratch: spec.scratchDir,
    // As it comes back from metadata.json.
    handle: z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(handle))),
  };
}

async function prepare(
  mode: WorkspaceMode,
  lower: string,
  scratch: string,
  content: Readonly<Record<string, string>>,
  owner: Owner,
): Promise<PreparedWorkspace> {
  if (mode === 'overlay') {
    const upper = await ownedFolder(join(scratch, 'upper'), owner);
    return { mode, lower, upper, work: await ownedFolder(join(scratch, 'work'), owner) };
  }
  const dir = await ownedFolder(join(scratch, 'workspace'), owner);
  for (const [path, text] of Object.entries(content)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await chown(dirname(join(dir, path)), owner.uid, owner.gid);
    await writeFile(join(dir, path), text);
    await chown(join(dir, path), owner.uid, owner.gid);
  }
  return { mode, lower, dir };
}

async function ownedFolder(path: string, owner: Owner): Promise<string> {
  await mkdir(path, { mode: 0o700 });
  await chown(path, owner.uid, owner.gid);
  return path;
}
