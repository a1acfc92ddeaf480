import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { canonicalPath } from './risk.ts';

/** A link of a workspace: its path, and where it leads when that is inside. */
export interface WorkspaceLink {
  readonly path: string;
  /** Workspace-relative, `''` for the root; more than one when that depends on what other links are followed. */
  readonly leadsTo: readonly string[];
}

/** Links by the canonical path they lead to. */
export type Aliases = ReadonlyMap<string, readonly string[]>;

/** Folders whose links are a package manager's own: packages of the workspace linked there are source code here. */
const passed = new Set(['node_modules', 'bower_components', '.venv', 'venv', '.git']);

/** Names under which one path is looked at; who needs more gets `undefined`. */
const mostNames = 64;

/** Every link of the host's workspace that leads inside. */
export async function hostLinks(root: string, signal: AbortSignal): Promise<readonly WorkspaceLink[]> {
  const real = realpathSync.native(root);
  const links: WorkspaceLink[] = [];
  const folders = [''];
  let since = performance.now();
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    if (performance.now() - since > 20) {
      await setImmediate();
      signal.throwIfAborted();
      since = performance.now();
    }
    for (const entry of entriesOf(join(real, at))) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory() && !passed.has(entry.name)) folders.push(path);
      else if (entry.isSymbolicLink()) links.push({ path, leadsTo: inside([root, real], placesOf(real, path)) });
    }
  }
  return links;
}

/** A link that the agent made; a target that leads out of the workspace leads nowhere. */
export function bottleLink(path: string, target: string): WorkspaceLink {
  const root = `${sep}workspace`;
  return { path, leadsTo: inside([root], target.startsWith('/') ? [] : [resolve(root, dirname(path), target)]) };
}

export function aliasesOf(links: readonly WorkspaceLink[]): Aliases {
  const aliases = new Map<string, string[]>();
  for (const { path, leadsTo } of links) {
    for (const target of new Set(leadsTo.map(canonicalPath))) {
      const known = aliases.get(target);
      if (known === undefined) aliases.set(target, [canonicalPath(path)]);
      else known.push(canonicalPath(path));
    }
  }
  return aliases;
}

/**
 * The further canonical paths at which the content of a path appears, through links and links to links, each followed
 * once; undefined when they are too many.
 */
export function namesOf(path: string, aliases: Aliases): readonly string[] | undefined {
  const names = new Set([canonicalPath(path)]);
  const open = [{ path: canonicalPath(path), through: new Set<string>() }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const parts = next.path.split('/');
    for (let length = 0; length <= parts.length; length++) {
      const rest = parts.slice(length);
      for (const link of aliases.get(parts.slice(0, length).join('/')) ?? []) {
        const name = [link, ...rest].join('/');
        if (next.through.has(link) || names.has(name)) continue;
        if (names.size > mostNames) return undefined;
        names.add(name);
        open.push({ path: name, through: new Set([...next.through, link]) });
      }
    }
  }
  names.delete(canonicalPath(path));
  return [...names];
}

/** Where a link of the host leads: by its text, and as far as the disk can follow it. */
function placesOf(root: string, path: string): string[] {
  try {
    const byText = resolve(root, dirname(path), readlinkSync(join(root, path)));
    return [byText, realOrUndefined(join(root, path)) ?? followed(byText)];
  } catch {
    return [];
  }
}

/** A path with every folder followed that is there. */
function followed(path: string): string {
  const missing: string[] = [];
  for (let here = path; here !== dirname(here); here = dirname(here)) {
    const real = realOrUndefined(here);
    if (real !== undefined) return join(real, ...missing);
    missing.unshift(basename(here));
  }
  return path;
}

function inside(roots: readonly string[], places: readonly string[]): string[] {
  return roots.flatMap((root) => places.filter((place) => place === root || place.startsWith(`${root}${sep}`)).map((place) => relative(root, place)));
}

/** As the kernel follows it: `..` after a link is the parent of where the link leads. */
function realOrUndefined(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
