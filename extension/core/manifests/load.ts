import { stat } from 'node:fs/promises';
import { agentOf, agentSchema, type Agent } from '../../../schemas/manifest/agent.ts';
import type { Bottle } from '../../../schemas/manifest/bottle.ts';
import type { Origin } from '../../../schemas/manifest/extends.ts';
import { checkManifest } from '../../../schemas/manifest/check.ts';
import { policyRoute } from '../../../schemas/manifest/egress.ts';
import { parseManifest } from '../../../schemas/manifest/parse.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import type { AgentEntry } from '../bottle/bottles.ts';
import { BottleError } from '../errors.ts';
import type { Log } from '../ports.ts';
import { loadBottle } from './chain.ts';
import { readManifest } from './folder.ts';
import { manifestFolders } from './home.ts';
import { identityOf, type Identity } from './identity.ts';
import { indexAgents } from './index.ts';
import { legacyFile, legacyRefused } from './legacy.ts';
import { unknownName, valid } from './problems.ts';

/** A manifest file as it was when it was read. */
export interface ManifestFile {
  readonly path: string;
  /** SHA-256 of its bytes, hex. */
  readonly sha256: string;
}

/** One agent and the bottle it lives in, complete and checked. */
export interface LoadedAgent {
  readonly name: string;
  readonly origin: AgentEntry['origin'];
  readonly path: string;
  /** The agent's file as it was read. */
  readonly text: string;
  readonly agent: Agent;
  /** After `extends` and defaults. */
  readonly bottle: Bottle;
  /** Which file gave a value of the bottle, by key path as in `egress.routes[0]`; what is absent is a default. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** The bottle's routes as policy; `token_env` names the host variable. */
  readonly routes: readonly Route[];
  /** Git author of commits made inside: the agent's words over the bottle's. */
  readonly identity: Identity;
  /** Everything that was read: the agent, its bottle, the bottle's parents. */
  readonly files: readonly ManifestFile[];
  readonly warnings: readonly string[];
}

/** Which agent to read, and where. Warnings are returned and logged. */
export interface LoadRequest {
  readonly home: string;
  readonly workspace: string | undefined;
  readonly name: string;
  readonly log: Log;
}

/** Reads one agent and its bottle chain and nothing else. Throws `manifest-missing` or `manifest-invalid`. */
export async function loadAgent(request: LoadRequest): Promise<LoadedAgent> {
  const { home, workspace, name, log } = request;
  await requireHome(home, workspace);
  const { agents, warnings } = await indexAgents(home, workspace);
  for (const warning of warnings) log.warn(warning);
  const missing = (): BottleError =>
    new BottleError('manifest-missing', unknownName('agent', name, agents.map((one) => one.name), manifestFolders(home, workspace).agents));
  const entry = agents.find((one) => one.name === name);
  if (entry === undefined) throw missing();
  const border = entry.origin === 'home' || workspace === undefined ? home : workspace;
  const file = await readManifest(entry.path, border);
  if (file === undefined) throw missing();
  const source = valid(parseManifest(entry.path, file.text));
  const agent = agentOf(valid(checkManifest(source, agentSchema)), source.body);
  const chain = await loadBottle(home, agent.bottle, { source, key: 'bottle' });
  return {
    name,
    origin: entry.origin,
    path: entry.path,
    text: file.text,
    agent,
    bottle: chain.bottle,
    origins: chain.origins,
    routes: chain.bottle.egress.routes.map(policyRoute),
    identity: identityOf(agent, chain.bottle),
    files: [{ path: file.path, sha256: file.sha256 }, ...chain.files],
    warnings,
  };
}

/** A launch needs the home folder: what an agent may reach is said there and nowhere else. */
async function requireHome(home: string, workspace: string | undefined): Promise<void> {
  const old = await legacyFile(home, workspace);
  if (old !== undefined) throw legacyRefused(old);
  if ((await stat(home).catch(() => undefined))?.isDirectory() === true) return;
  throw new BottleError('manifest-missing', `The home folder of manifests, ${home}, is not there.`, {
    hint: 'Make it, with a first bottle, by: bot-bottle init',
    actions: [{ title: 'Create a starter', command: 'bot-bottle init' }],
  });
}
