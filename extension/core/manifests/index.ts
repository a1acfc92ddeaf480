import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentEntry } from '../bottle/bottles.ts';
import type { Log } from '../ports.ts';
import { manifestNames } from './folder.ts';
import { manifestFolders } from './home.ts';
import { legacyFile, legacyRefused } from './legacy.ts';

/** What a home and a workspace offer, by file names alone, and what a person should know about it. */
export interface AgentIndex {
  readonly agents: readonly AgentEntry[];
  readonly warnings: readonly string[];
}

/** Agents by file name, sorted; reads no manifest. Of two with one name only the home's counts, with a warning. */
export async function indexAgents(home: string, workspace: string | undefined): Promise<AgentIndex> {
  const folders = manifestFolders(home, workspace);
  const warnings: string[] = [];
  const own = await manifestNames(folders.agents);
  const agents = new Map<string, AgentEntry>(own.names.map((name) => [name, entry('home', folders.agents, name)]));
  const old = own.names.length === 0 ? await legacyFile(home, workspace) : undefined;
  if (old !== undefined) warnings.push(`${legacyRefused(old).message} ${legacyRefused(old).hint}`);
  warnings.push(...own.odd.map((file) => oddName(folders.agents, file)));
  if (folders.workspaceAgents !== undefined) {
    const theirs = await manifestNames(folders.workspaceAgents);
    warnings.push(...theirs.odd.map((file) => oddName(folders.workspaceAgents ?? '', file)));
    for (const name of theirs.names) {
      const made = entry('workspace', folders.workspaceAgents, name);
      if (agents.has(name)) warnings.push(`${made.path} is ignored: your home folder has an agent "${name}" too, and that one counts.`);
      else agents.set(name, made);
    }
  }
  warnings.push(...(await workspaceBottles(folders.workspaceBottles)));
  return { agents: [...agents.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), warnings };
}

/** `indexAgents` for those who only list: warnings go to the log. */
export async function listAgents(home: string, workspace: string | undefined, log: Log): Promise<readonly AgentEntry[]> {
  const { agents, warnings } = await indexAgents(home, workspace);
  for (const warning of warnings) log.warn(warning);
  return agents;
}

function entry(origin: AgentEntry['origin'], folder: string, name: string): AgentEntry {
  return { name, origin, path: join(folder, `${name}.md`) };
}

function oddName(folder: string, file: string): string {
  return `${join(folder, JSON.stringify(file).slice(1, -1))} is skipped: a manifest's name is small letters, digits and -, starting with a letter, then ".md".`;
}

async function workspaceBottles(folder: string | undefined): Promise<string[]> {
  if (folder === undefined || (await lstat(folder).catch(() => undefined)) === undefined) return [];
  const { names, odd } = await manifestNames(folder);
  const files = [...names.map((name) => `${name}.md`), ...odd];
  const which = files.length === 0 ? '' : ` (${files.map((file) => JSON.stringify(file).slice(1, -1)).join(', ')})`;
  return [`${folder}${which} is ignored: a workspace may ship agents, never bottles. Move a bottle you trust to your home folder.`];
}
