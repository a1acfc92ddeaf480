import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../../schemas/protocol/bottle.ts';
import type { Bottle } from '../../../schemas/manifest/bottle.ts';
import { oneOf } from '../../../schemas/manifest/describe.ts';
import type { Backend, GuestFile, Limits, Owner } from '../backends/backend.ts';
import { BottleError } from '../errors.ts';
import type { LoadedAgent } from '../manifests/load.ts';
import { invalidManifest } from '../manifests/problems.ts';
import { requireNamedFiles } from '../manifests/namedFiles.ts';
import type { Provider, Provision } from '../providers/provider.ts';
import { type Consent, consentTo } from '../trust/consent.ts';
import { loadForStart } from '../trust/missing.ts';
import type { Workspace } from '../../../schemas/manifest/workspace.ts';
import { hiddenFiles } from '../workspace/hidden.ts';
import { chooseBackend } from './backendChoice.ts';
import type { StartPlan, StartRequest } from './bottles.ts';
import { credential, credentialMentions, mention, requireHostValues } from './credentials.ts';
import type { BottlesDeps } from './deps.ts';
import { limitsOf } from './limits.ts';
import { ownerOf } from './owner.ts';
import { type BottleRoutes, bottleRoutes } from './routes.ts';
import { skillFiles } from './skills.ts';
import { chooseWorkspace, type WorkspaceChoice } from './workspaceChoice.ts';
import { workspaceFolder } from './workspaceFolder.ts';

export const guestHome = '/home/agent';
export const guestWorkspace = '/workspace';

/** A value of the agent's own environment that is looked up when the bottle starts. */
export interface ForwardedValue {
  readonly name: string;
  readonly source: { readonly kind: 'host'; readonly variable: string } | { readonly kind: 'prompt'; readonly prompt: string };
  /** Its place in the manifest, to begin a sentence with. */
  readonly where: string;
}

/** What a start needs beyond what may be shown. Still without a single secret value. */
export interface PlanParts {
  readonly backend: Backend;
  readonly provider: Provider;
  readonly owner: Owner;
  readonly routes: BottleRoutes;
  readonly provision: Provision;
  readonly skillFiles: readonly GuestFile[];
  readonly literals: Readonly<Record<string, string>>;
  readonly forwarded: readonly ForwardedValue[];
  /** Where the bottle names a credential, by host variable. */
  readonly mentions: ReadonlyMap<string, string>;
  readonly workspace: Workspace;
  readonly limits: Limits;
  readonly extraCaPem: string | undefined;
  readonly consent: Consent;
}

/** A plan this service made, and so can start. */
export class ResolvedPlan implements StartPlan {
  constructor(
    readonly shown: Plan,
    readonly request: StartRequest,
    readonly parts: PlanParts,
  ) {}

  get review(): StartPlan['review'] {
    return this.parts.consent.review;
  }
}

/** Reads manifests and machine, decides everything, changes nothing. */
export async function makePlan(deps: BottlesDeps, request: StartRequest, signal: AbortSignal): Promise<ResolvedPlan> {
  const workspace = await workspaceFolder(request.workspace, deps.folders.home);
  const loaded = await loadForStart({ home: deps.folders.home, workspace, name: request.agent, log: deps.log });
  await requireNamedFiles(loaded.bottle, loaded.origins, deps.env['HOME'] ?? homedir());
  const provider = providerOf(deps, loaded);
  const backend = await chooseBackend(deps.backends, request.backend ?? deps.env['BOT_BOTTLE_BACKEND'], signal);
  const owner = await ownerOf(workspace, deps.self);
  const [mode, hidden, skills] = await Promise.all([
    chooseWorkspace(backend, workspace, owner, loaded.bottle.workspace, signal),
    hiddenFiles(workspace, loaded.bottle.workspace.secretFiles),
    skillFiles(join(deps.env['HOME'] ?? homedir(), '.claude', 'skills'), loaded.agent.skills, `${guestHome}/.claude/skills`),
  ]);
  const mentions = credentialMentions(loaded.bottle, loaded.origins);
  const label = request.label ?? request.agent;
  const provision = provider.provision({
    agent: loaded.agent,
    bottle: loaded.bottle,
    guestHome,
    guestWorkspace,
    label,
    color: request.color ?? null,
    prompt: request.prompt ?? null,
    headless: request.headless ?? false,
    credential: await credentialKind(deps, loaded.bottle, mentions),
  });
  const routes = bottleRoutes(loaded.routes, provision.routes, loaded.bottle.egress.log, loaded.origins);
  for (const name of routes.slots.values()) await credential(deps, name, mentions);
  const { literals, forwarded } = environmentOf(loaded);
  await requireHostValues(deps, forwarded);
  const parts: PlanParts = {
    backend,
    provider,
    owner,
    routes,
    provision,
    skillFiles: skills,
    literals,
    forwarded,
    mentions,
    workspace: loaded.bottle.workspace,
    limits: limitsOf(loaded.bottle.resources, backend),
    extraCaPem: await extraCa(deps),
    consent: await consentTo(deps.folders.home, workspace, loaded),
  };
  signal.throwIfAborted();
  return new ResolvedPlan(shownPlan({ request, loaded, parts, label, workspace, mode, hidden }), request, parts);
}

function shownPlan(made: {
  readonly request: StartRequest;
  readonly loaded: LoadedAgent;
  readonly parts: PlanParts;
  readonly label: string;
  readonly workspace: string;
  readonly mode: WorkspaceChoice;
  readonly hidden: readonly string[];
}): Plan {
  const { request, loaded, parts } = made;
  return {
    agent: request.agent,
    bottle: loaded.agent.bottle,
    provider: parts.provider.name,
    backend: parts.backend.name,
    image: parts.backend.name === 'docker' ? parts.provider.image : null,
    label: made.label,
    color: request.color ?? null,
    workspace: { mode: made.mode.mode, host: made.workspace, guest: guestWorkspace, reason: made.mode.reason, hidden: [...made.hidden] },
    env: {
      literals: Object.keys(parts.literals).sort(),
      forwarded: parts.forwarded.map((one) => one.name).sort(),
      asked: parts.forwarded.filter((one) => one.source.kind === 'prompt').map((one) => one.name).sort(),
    },
    skills: [...loaded.agent.skills],
    git: { identity: loaded.identity, remotes: [] },
    egress: {
      routes: parts.routes.file.routes.filter(({ deny }) => deny !== true).map((route) => ({
        host: route.host,
        credential: route.token_env === undefined ? null : (parts.routes.slots.get(route.token_env) ?? null),
      })),
      log: parts.routes.file.log,
    },
    supervise: false,
    owner: parts.owner,
    limits: { ...parts.limits },
    consent: { required: parts.consent.review !== null, reasons: [...parts.consent.reasons, ...loaded.warnings, ...made.mode.notes] },
  };
}

function providerOf(deps: BottlesDeps, { bottle, origins }: LoadedAgent): Provider {
  const { template } = bottle.agentProvider;
  const provider = deps.providers.get(template);
  if (provider !== undefined) return provider;
  const { file = '', line = 1, column = 1 } = origins.get('agent_provider.template') ?? {};
  throw invalidManifest([{ file, line, column, key: 'agent_provider.template', message: oneOf(template, [...deps.providers.keys()]) }]);
}

/** Decided by the prefix of the real token, which alone tells how the vendor wants to be shown it. */
async function credentialKind(deps: BottlesDeps, bottle: Bottle, mentions: ReadonlyMap<string, string>): Promise<{ kind: 'oauth' | 'api-key' } | null> {
  const name = bottle.agentProvider.authToken;
  if (name === null) return null;
  return { kind: (await credential(deps, name, mentions)).startsWith('sk-ant-api') ? 'api-key' : 'oauth' };
}

function environmentOf({ bottle, origins }: Pick<LoadedAgent, 'bottle' | 'origins'>): { literals: Record<string, string>; forwarded: ForwardedValue[] } {
  const literals: Record<string, string> = {};
  const forwarded: ForwardedValue[] = [];
  for (const [name, value] of bottle.env) {
    if (value.kind === 'literal') literals[name] = value.value;
    else forwarded.push({ name, source: value, where: mention(origins, `env.${name}`) });
  }
  return { literals, forwarded };
}

async function extraCa(deps: BottlesDeps): Promise<string | undefined> {
  const file = deps.env['BOT_BOTTLE_EXTRA_CA'];
  if (file === undefined || file === '') return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new BottleError('usage', `BOT_BOTTLE_EXTRA_CA names ${file}, which cannot be read.`, { cause });
  }
}
