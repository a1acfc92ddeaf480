import type { Bottle, WrittenBottle } from './bottle.ts';
import { mistakeSentence, routeConflicts, routeKey, type ManifestRoute, type WrittenRoute } from './egress.ts';
import type { EnvValue } from './envValue.ts';
import type { GitRepo, GitUser, WrittenGitRepo } from './gitGate.ts';
import type { ManifestSource } from './parse.ts';
import { keyPath, type Position } from './position.ts';
import { agentProvider, type WrittenAgentProvider } from './provider.ts';
import { resourcesOf, type WrittenResources } from './resources.ts';
import { workspaceOf, type WrittenWorkspace } from './workspace.ts';

/** A bottle file of a chain: its text as data, and what it says. */
export interface BottleLink {
  readonly source: ManifestSource;
  readonly written: WrittenBottle;
}

/** The file that gave a value, and the value's place in it. */
export interface Origin extends Position {
  readonly file: string;
  /** Key path inside that file. */
  readonly path: readonly PropertyKey[];
}

/** A fault that only the whole chain shows, at the place that made it. */
export interface MergeFault extends Origin {
  readonly message: string;
}

/** A value and who said it. */
interface Said<T> {
  readonly value: T;
  readonly origin: Origin;
}
type SaidFields<T> = { readonly [K in keyof T]?: Said<T[K]> };

/**
 * What one file or several together say. `mergeLayers` is associative with `emptyLayer` as its neutral element, so a
 * chain may be folded from either end.
 */
export interface Layer {
  readonly env: ReadonlyMap<string, Said<EnvValue>>;
  readonly provider: Said<WrittenAgentProvider> | undefined;
  readonly user: SaidFields<GitUser>;
  /** `cleared`: nothing of a parent shows through. */
  readonly repos: { readonly cleared: boolean; readonly byName: ReadonlyMap<string, SaidFields<WrittenGitRepo>> };
  /** By place, removals among them. */
  readonly routes: ReadonlyMap<string, Said<WrittenRoute>>;
  readonly log: Said<0 | 1 | 2> | undefined;
  readonly supervise: Said<boolean> | undefined;
  readonly workspace: SaidFields<WrittenWorkspace>;
  readonly resources: SaidFields<WrittenResources>;
}

/** What a file without a key says. */
export const emptyLayer: Layer = {
  env: new Map<string, never>(),
  provider: undefined,
  user: {},
  repos: { cleared: false, byName: new Map<string, never>() },
  routes: new Map<string, never>(),
  log: undefined,
  supervise: undefined,
  workspace: {},
  resources: {},
};

/** What one file says, each value with its place. */
export function layerOf({ source, written }: BottleLink): Layer {
  const said = <T>(value: T, ...path: readonly PropertyKey[]): Said<T> => ({ value, origin: { file: source.file, path, ...source.locate(path) } });
  const one = <T>(value: T | undefined, ...path: readonly PropertyKey[]): Said<T> | undefined => (value === undefined ? undefined : said(value, ...path));
  const fields = <T extends object>(value: T | undefined, ...path: readonly PropertyKey[]): SaidFields<T> => {
    const result: { -readonly [K in keyof T]?: Said<T[K]> } = {};
    for (const key in value) if (value[key] !== undefined) result[key] = said(value[key], ...path, key);
    return result;
  };
  const { egress, 'git-gate': gate } = written;
  return {
    env: new Map(Object.entries(written.env ?? {}).map(([name, value]) => [name, said(value, 'env', name)])),
    provider: one(written.agent_provider, 'agent_provider'),
    user: fields(gate?.user, 'git-gate', 'user'),
    repos: {
      cleared: gate?.repos !== undefined && Object.keys(gate.repos).length === 0,
      byName: new Map(Object.entries(gate?.repos ?? {}).map(([name, repo]) => [name, fields(repo, 'git-gate', 'repos', name)])),
    },
    routes: new Map((egress?.routes ?? []).map((route, index) => [routeKey(route), said(route, 'egress', 'routes', index)])),
    log: one(egress?.log, 'egress', 'log'),
    supervise: one(written.supervise, 'supervise'),
    workspace: fields(written.workspace, 'workspace'),
    resources: fields(written.resources, 'resources'),
  };
}

/** Lays a child over its parent. Everything the child says wins, in the way each key is merged. */
export function mergeLayers(parent: Layer, child: Layer): Layer {
  return {
    env: new Map([...parent.env, ...child.env]),
    provider: child.provider ?? parent.provider,
    user: { ...parent.user, ...child.user },
    repos: mergeRepos(parent.repos, child.repos),
    // A map keeps the place of a key that is set again: a child's route stands where the parent's stood.
    routes: new Map([...parent.routes, ...child.routes]),
    log: child.log ?? parent.log,
    supervise: child.supervise ?? parent.supervise,
    workspace: { ...parent.workspace, ...child.workspace },
    resources: { ...parent.resources, ...child.resources },
  };
}

/** An empty map clears what the parent has; else the child's keys of a repo replace the parent's of the same name. */
function mergeRepos(parent: Layer['repos'], child: Layer['repos']): Layer['repos'] {
  if (child.cleared) return child;
  const byName = new Map(parent.byName);
  for (const [name, repo] of child.byName) byName.set(name, { ...byName.get(name), ...repo });
  return { cleared: parent.cleared, byName };
}

/** A bottle after its parents and all defaults, and where each of its values was written. */
export interface EffectiveBottle {
  readonly bottle: Bottle;
  /**
   * By key path in the bottle (`env.NAME`, `agent_provider.template`, `egress.routes[0]` counted in the effective list,
   * `workspace.mode`). What is absent is a default.
   */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly faults: readonly MergeFault[];
}

/** Folds a chain, child first as it was read, fills in every default and tells which file gave each value. */
export function effectiveBottleWithOrigins(chain: readonly BottleLink[]): EffectiveBottle {
  const layers = chain.map(layerOf).reverse();
  const merged = layers.reduce(mergeLayers, emptyLayer);
  const origins = new Map<string, Origin>();
  const note = (origin: Origin, ...path: readonly PropertyKey[]): void => {
    origins.set(keyPath(path), origin);
  };
  const plain = <T>(fields: SaidFields<T>, ...path: readonly PropertyKey[]): Partial<T> => {
    const result: Partial<T> = {};
    for (const key in fields) {
      const field = fields[key];
      if (field === undefined) continue;
      result[key] = field.value;
      note(field.origin, ...path, key);
    }
    return result;
  };
  const faults: MergeFault[] = [...removalFaults(layers)];
  const repos = new Map<string, GitRepo>();
  for (const [name, fields] of merged.repos.byName) {
    const { url, key, host_key } = plain(fields, 'git-gate', 'repos', name);
    if (url !== undefined && key !== undefined) repos.set(name, { url, key, host_key });
    else faults.push(incomplete(chain, name, url === undefined ? 'url' : 'key'));
  }
  const routes: ManifestRoute[] = [];
  const places: Origin[] = [];
  for (const { value, origin } of merged.routes.values()) {
    const { remove, ...route } = value;
    if (remove === true) continue;
    note(origin, 'egress', 'routes', routes.length);
    routes.push(route);
    places.push(origin);
  }
  faults.push(...conflictFaults(chain, routes, places));
  for (const [name, { origin }] of merged.env) note(origin, 'env', name);
  if (merged.provider !== undefined) noteProvider(chain, merged.provider.origin, note);
  if (merged.log !== undefined) note(merged.log.origin, 'egress', 'log');
  if (merged.supervise !== undefined) note(merged.supervise.origin, 'supervise');
  const bottle: Bottle = {
    env: new Map([...merged.env].map(([name, { value }]) => [name, value])),
    agentProvider: agentProvider(merged.provider?.value),
    gitGate: { user: plain(merged.user, 'git-gate', 'user'), repos },
    egress: { routes, log: merged.log?.value ?? 2 },
    supervise: merged.supervise?.value ?? true,
    workspace: workspaceOf(plain(merged.workspace, 'workspace')),
    resources: resourcesOf(plain(merged.resources, 'resources')),
  };
  return { bottle, origins, faults };
}

/** The keys of the one `agent_provider` that counts: those not written in it are defaults. */
function noteProvider(chain: readonly BottleLink[], origin: Origin, note: (origin: Origin, ...path: readonly PropertyKey[]) => void): void {
  note(origin, 'agent_provider');
  const link = chain.find((one) => one.source.file === origin.file);
  const data = link?.source.data['agent_provider'];
  if (link === undefined || typeof data !== 'object' || data === null) return;
  for (const key of Object.keys(data)) {
    const path = ['agent_provider', key];
    note({ file: origin.file, path, ...link.source.locate(path) }, ...path);
  }
}

/** Removals of hosts that nothing below has: the person believes something shut that never was open under that name. */
function removalFaults(layers: readonly Layer[]): MergeFault[] {
  const faults: MergeFault[] = [];
  const open = new Set<string>();
  for (const layer of layers) {
    for (const [key, { value, origin }] of layer.routes) {
      if (value.remove !== true) open.add(key);
      else if (!open.delete(key)) {
        const known = open.size === 0 ? 'they have none' : `they have: ${[...open].join(', ')}`;
        faults.push({ ...origin, message: `removes ${key}, which no parent of this bottle has; ${known}.` });
      }
    }
  }
  return faults;
}

/** Routes of several files that collide, told at the one of the two that the nearer file has. */
function conflictFaults(chain: readonly BottleLink[], routes: readonly ManifestRoute[], places: readonly Origin[]): MergeFault[] {
  const distance = ({ file }: Origin): number => chain.findIndex((link) => link.source.file === file);
  return routeConflicts(routes).flatMap(({ path: [index], other, message, hint }) => {
    const ends = [Number(index), other].flatMap((at) => (places[at] === undefined ? [] : [{ at, origin: places[at] }]));
    const [near, far] = ends.sort((a, b) => distance(a.origin) - distance(b.origin));
    if (near === undefined || far === undefined) return [];
    // Places in the effective list say nothing to a person who sees one file.
    const reason = mistakeSentence({ message: message.replace(/ \(routes\[\d+\]\)/, '').replace(/is already routes\[\d+\]/, 'has a route already'), hint: hint.includes('routes[') ? '' : hint });
    return [{ ...near.origin, message: `cannot stand beside the route for ${routes[far.at]?.host ?? ''} (${far.origin.file}): ${reason}` }];
  });
}

/** An upstream that no file of the chain completes, told in the nearest file that names it. */
function incomplete(chain: readonly BottleLink[], name: string, lacks: 'url' | 'key'): MergeFault {
  const path = ['git-gate', 'repos', name];
  const message = `needs ${lacks}: neither this bottle nor its parents give it.`;
  const link = chain.find((one) => Object.hasOwn(one.written['git-gate']?.repos ?? {}, name));
  return { file: link?.source.file ?? '', path, line: 1, column: 1, ...link?.source.locate(path, 'key'), message };
}
