import { join } from 'node:path';
import type { BottleMetadata } from '../../../schemas/protocol/bottle.ts';
import { printRoutesFile } from '../../../schemas/policy/routesFile.ts';
import type { BottleSpec, RunningBottle } from '../backends/backend.ts';
import { createAuthority } from '../egress/ca.ts';
import { hostProxy } from '../egress/hostProxy.ts';
import { BottleError, toBottleError } from '../errors.ts';
import { writeAtomic } from '../files/atomic.ts';
import type { Progress } from '../ports.ts';
import { recordBaseline } from '../workspace/baseline.ts';
import { leftOutOf } from '../workspace/leftOut.ts';
import { prepareWorkspace } from '../workspace/prepare.ts';
import type { BottlesDeps } from './deps.ts';
import { bottleEnvironment, mergeEnvironment } from './environment.ts';
import { createScratch } from './folders.ts';
import { processMark } from './processMark.ts';
import { guestHome, guestWorkspace, type ResolvedPlan } from './plan.ts';
import { plantCanaries } from './canaries.ts';
import { modelHosts, resolveCredentials, watchedSecrets } from './credentials.ts';
import { mintSlug } from './slug.ts';
import { createStateFolder, listSlugs, removeState, writeMetadata } from './stateFolder.ts';

/** Carries a plan out. On failure or abort everything created is gone again, in reverse order. */
export async function startBottle(deps: BottlesDeps, plan: ResolvedPlan, progress: Progress, signal: AbortSignal): Promise<RunningBottle> {
  const { home } = deps.folders;
  const { parts, request } = plan;
  const secrets = await resolveCredentials(deps, parts);
  signal.throwIfAborted();
  const mounts = await providerMounts(plan, progress, signal);
  const slug = mintSlug(request.label, request.agent, new Set(await listSlugs(home)));
  const stateDir = await createStateFolder(home, slug);
  const scratch = deps.folders.scratch(slug);
  try {
    await createScratch(deps.folders, slug, parts.owner, deps.self);
    const metadata = await firstMetadata(deps, plan, slug, scratch);
    await writeMetadata(home, metadata);
    await writeAtomic(join(stateDir, 'egress', 'routes.yaml'), printRoutesFile(parts.routes.file));
    progress.report({ name: plan.shown.workspace.mode === 'copy' ? 'Copying the workspace' : 'Preparing the workspace' });
    const workspace = await prepareWorkspace({
      mode: plan.shown.workspace.mode,
      host: plan.shown.workspace.host,
      scratchDir: scratch,
      owner: parts.owner,
      hidden: plan.shown.workspace.hidden,
      leftOut: await leftOutOf(plan.shown.workspace.host, parts.workspace, signal),
      progress,
      signal,
    });
    const ca = createAuthority(slug, deps.clock);
    const network = hostProxy(deps.env);
    const files = [...parts.provision.files, ...parts.skillFiles, ...gitIdentity(plan)];
    const own = { ...parts.literals, ...secrets.env };
    const taken = new Set([...Object.keys(own), ...Object.keys(parts.provision.env), ...files.map((file) => file.path)]);
    const canaries = plantCanaries({ guestHome, mind: modelHosts(parts.provision), taken });
    const spec: BottleSpec = {
      slug,
      owner: parts.owner,
      argv: parts.provision.argv,
      env: mergeEnvironment(
        { ...canaries.env, ...parts.provision.env },
        own,
        bottleEnvironment({ slug, guestHome, guestWorkspace, term: 'xterm-256color' }),
      ),
      guestHome,
      guestWorkspace,
      files: [...files, ...canaries.files],
      caCertPem: ca.certPem,
      workspace,
      hidden: plan.shown.workspace.hidden,
      image: { name: parts.provider.image },
      mounts,
      limits: parts.limits,
      sidecar: {
        slug,
        routes: parts.routes.file,
        credentials: secrets.slots,
        secrets: [...canaries.secrets, ...watchedSecrets(parts.provision, secrets.env)],
        ca,
        ...(parts.extraCaPem === undefined ? {} : { extraCaPem: parts.extraCaPem }),
        ...(network === undefined ? {} : { upstreamProxy: network }),
      },
      size: request.size ?? { cols: 120, rows: 32 },
      stateDir,
      scratchDir: scratch,
    };
    const bottle = await parts.backend.start(spec, progress, signal);
    try {
      await writeMetadata(home, { ...metadata, state: 'running', handle: bottle.handle });
    } catch (cause) {
      await bottle.stop();
      throw cause;
    }
    // Hashes make the judgement of host edits finer; without them ctime decides. Nobody waits for them, and a process
    // that ends at once after the start may leave them unwritten.
    recordBaseline({ workspace, scratchDir: scratch, hidden: plan.shown.workspace.hidden, signal }).catch((cause: unknown) => {
      deps.log.debug(`No hashes of the host folder for ${slug}: ${toBottleError(cause).message}`);
    });
    return bottle;
  } catch (thrown) {
    await removeState(home, slug, scratch).catch((cause: unknown) => {
      deps.log.error(`Cleaning up after ${slug} failed: ${toBottleError(cause).message}`);
    });
    if (signal.aborted) throw new BottleError('cancelled', 'The start was cancelled; nothing is left of it.', { cause: thrown });
    throw toBottleError(thrown, 'backend-failed');
  }
}

async function providerMounts(plan: ResolvedPlan, progress: Progress, signal: AbortSignal): Promise<BottleSpec['mounts']> {
  const tool = plan.parts.provider.hostTool(plan.parts.backend.name);
  if (tool === undefined) return [];
  const found = await tool.find();
  if (found !== undefined) return found.mounts;
  await tool.install(progress, signal);
  const installed = await tool.find();
  if (installed === undefined) throw new BottleError('tool-missing', `${plan.parts.provider.name} is not where its installer should have put it.`);
  return installed.mounts;
}

async function firstMetadata(deps: BottlesDeps, plan: ResolvedPlan, slug: string, scratch: string): Promise<BottleMetadata> {
  const { shown, parts } = plan;
  return {
    version: 1,
    slug,
    agent: shown.agent,
    bottle: shown.bottle,
    provider: shown.provider,
    backend: parts.backend.name,
    label: shown.label,
    color: shown.color,
    startedAt: new Date(deps.clock.now()).toISOString(),
    state: 'starting',
    exitCode: null,
    workspace: { mode: shown.workspace.mode, host: shown.workspace.host, guest: guestWorkspace, hidden: shown.workspace.hidden },
    owner: parts.owner,
    scratch,
    // A sweep leaves a bottle alone while the process that starts it lives.
    handle: { starter: processMark(process.pid) },
  };
}

function gitIdentity(plan: ResolvedPlan): BottleSpec['files'] {
  const { name, email } = plan.shown.git.identity;
  if (name === null && email === null) return [];
  const lines = ['[user]'];
  if (name !== null) lines.push(`\tname = ${gitQuoted(name)}`);
  if (email !== null) lines.push(`\temail = ${gitQuoted(email)}`);
  return [{ path: `${guestHome}/.gitconfig`, mode: 0o644, content: `${lines.join('\n')}\n` }];
}

/** A value in git's configuration format: quoted, with backslash, quote and line ends escaped. */
function gitQuoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
