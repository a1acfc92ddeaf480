import type { Bottle, WrittenBottle } from './bottle.ts';
import { routeKey, type ManifestRoute } from './egress.ts';
import type { GitRepo, WrittenGitRepo } from './gitGate.ts';
import { agentProvider } from './provider.ts';

/** A fault that only the whole chain shows: an upstream that no file of it completes. */
export interface MergeFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** Lays a child over its parent. Everything written by the child wins, in the way each key says. */
export function mergeBottles(parent: WrittenBottle, child: WrittenBottle): WrittenBottle {
  const merged: WrittenBottle = { env: { ...parent.env, ...child.env } };
  const provider = child.agent_provider ?? parent.agent_provider;
  if (provider !== undefined) merged.agent_provider = provider;
  const supervise = child.supervise ?? parent.supervise;
  if (supervise !== undefined) merged.supervise = supervise;
  merged['git-gate'] = {
    user: { ...written(parent['git-gate']?.user), ...written(child['git-gate']?.user) },
    repos: mergeRepos(parent['git-gate']?.repos ?? {}, child['git-gate']?.repos),
  };
  merged.egress = {
    routes: mergeRoutes(parent.egress?.routes ?? [], child.egress?.routes ?? []),
    log: child.egress?.log ?? parent.egress?.log,
  };
  return merged;
}

/** Absent inherits all, `{}` clears, else the child's keys of a repo replace the parent's of the same name. */
function mergeRepos(
  parent: Readonly<Record<string, WrittenGitRepo>>,
  child: Readonly<Record<string, WrittenGitRepo>> | undefined,
): Record<string, WrittenGitRepo> {
  if (child === undefined) return { ...parent };
  if (Object.keys(child).length === 0) return {};
  const merged = { ...parent };
  for (const [name, repo] of Object.entries(child)) merged[name] = { ...parent[name], ...written(repo) };
  return merged;
}

/** The parent's routes in order, one for the same host replaced in place by the child's, then the child's others. */
function mergeRoutes(parent: readonly ManifestRoute[], child: readonly ManifestRoute[]): ManifestRoute[] {
  const own = new Map(child.map((route) => [routeKey(route), route]));
  const kept = parent.map((route) => {
    const replacement = own.get(routeKey(route));
    own.delete(routeKey(route));
    return replacement ?? route;
  });
  return [...kept, ...own.values()];
}

/** Drops keys whose value is undefined, so that spreading them hides nothing. */
function written<T extends object>(value: T | undefined): Partial<T> {
  const result: Partial<T> = {};
  for (const key in value) if (value[key] !== undefined) result[key] = value[key];
  return result;
}

/** Fills in every default of a merged chain. */
export function effectiveBottle(merged: WrittenBottle): { readonly bottle: Bottle; readonly faults: readonly MergeFault[] } {
  const repos = new Map<string, GitRepo>();
  const faults: MergeFault[] = [];
  for (const [name, { url, key, host_key }] of Object.entries(merged['git-gate']?.repos ?? {})) {
    if (url !== undefined && key !== undefined) repos.set(name, { url, key, host_key });
    else faults.push({ path: ['git-gate', 'repos', name], message: `needs ${url === undefined ? 'url' : 'key'}: neither this bottle nor its parents give it.` });
  }
  const bottle: Bottle = {
    env: new Map(Object.entries(merged.env ?? {})),
    agentProvider: agentProvider(merged.agent_provider),
    gitGate: { user: merged['git-gate']?.user ?? {}, repos },
    egress: { routes: merged.egress?.routes ?? [], log: merged.egress?.log ?? 2 },
    supervise: merged.supervise ?? true,
  };
  return { bottle, faults };
}
