import type { Bottle } from '../../../../schemas/manifest/bottle.ts';
import type { EnvValue } from '../../../../schemas/manifest/envValue.ts';
import type { Resources } from '../../../../schemas/manifest/resources.ts';
import type { Workspace } from '../../../../schemas/manifest/workspace.ts';

/** A bottle in the keys and spellings of a manifest; what is left to the product is left out. No variable is looked up. */
export function writtenBottle(bottle: Bottle): Readonly<Record<string, unknown>> {
  const { agentProvider: provider, gitGate } = bottle;
  return {
    env: Object.fromEntries([...bottle.env].map(([name, value]) => [name, writtenEnv(value)])),
    agent_provider: said({
      template: provider.template,
      dockerfile: provider.dockerfile,
      auth_token: provider.authToken,
      forward_host_credentials: provider.forwardHostCredentials,
      // A literal key is for the agent, not for whoever looks over a shoulder.
      settings: provider.settings?.api_key === undefined ? provider.settings : { ...provider.settings, api_key: 'not shown' },
    }),
    'git-gate': { user: said(gitGate.user), repos: Object.fromEntries([...gitGate.repos].map(([name, repo]) => [name, said(repo)])) },
    egress: { routes: bottle.egress.routes, log: bottle.egress.log },
    supervise: bottle.supervise,
    workspace: writtenWorkspace(bottle.workspace),
    resources: writtenResources(bottle.resources),
  };
}

function writtenWorkspace(workspace: Workspace) {
  const { mode, include, exclude, gitIgnored, secretFiles } = workspace;
  return said({ mode, include, exclude, git_ignored: gitIgnored, secret_files: secretFiles });
}

function writtenResources(resources: Resources) {
  const { cpus, memoryBytes, pids, diskBytes, sessionMs, idleMs } = resources;
  return said({
    cpus: cpus === null || Number.isInteger(cpus) ? cpus : String(cpus),
    memory: quantity(memoryBytes, sizes),
    pids,
    disk: quantity(diskBytes, sizes),
    session_time: quantity(sessionMs, times),
    idle_time: quantity(idleMs, times),
  });
}

/** Largest first. */
const sizes = [['TiB', 1024 ** 4], ['GiB', 1024 ** 3], ['MiB', 1024 ** 2], ['KiB', 1024]] as const;
const times = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000]] as const;

/** In the largest unit that needs no fraction. */
function quantity(value: number | null, units: readonly (readonly [name: string, size: number])[]): string | null {
  const unit = value === null ? undefined : units.find(([, size]) => value % size === 0);
  return value === null || unit === undefined ? null : `${value / unit[1]}${unit[0]}`;
}

/** The way a value of a variable is written in a manifest. */
function writtenEnv(value: EnvValue): string {
  if (value.kind === 'host') return `\${${value.variable}}`;
  if (value.kind === 'prompt') return `?${value.prompt}`;
  if (value.value.startsWith('?')) return `?${value.value}`;
  return value.value.startsWith('${') ? `$${value.value}` : value.value;
}

/** Without what nobody said. */
function said(fields: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
