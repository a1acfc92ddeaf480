import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { agentSchema } from '../../../schemas/manifest/agent.ts';
import { checkManifest } from '../../../schemas/manifest/check.ts';
import { parseManifest } from '../../../schemas/manifest/parse.ts';
import { toBottleError } from '../errors.ts';
import { loadBottleText } from '../manifests/chain.ts';
import { manifestNames, readManifest } from '../manifests/folder.ts';
import { manifestFolders } from '../manifests/home.ts';
import { indexAgents } from '../manifests/index.ts';
import { reachLines } from './reach.ts';

/** A bottle that a workspace proposes. It is never used from there: only what a person adopts counts. */
export interface RecommendedBottle {
  readonly name: string;
  /** Absolute path in the workspace. */
  readonly path: string;
  readonly text: string;
  /** The home folder's bottle of this name: absent, the same, or another. */
  readonly state: 'absent' | 'same' | 'different';
  /** Text of the home folder's bottle; null when there is none. */
  readonly present: string | null;
  /** What an agent in it could do, one line each; empty when that cannot be told. */
  readonly reach: readonly string[];
  /** Why it could not be used as it is; null when it could. */
  readonly problem: string | null;
}

/** An agent that a workspace brings. */
export interface OfferedAgent {
  readonly name: string;
  readonly path: string;
  /** The bottle it names; null when its file cannot be read. */
  readonly bottle: string | null;
}

/** What a workspace's `.bot-bottle` folder offers. */
export interface Recommendations {
  readonly agents: readonly OfferedAgent[];
  readonly bottles: readonly RecommendedBottle[];
  /** What of the folder is ignored, and why. */
  readonly warnings: readonly string[];
  /** SHA-256 over everything that is offered: once a person saw it, the same is not shown to them again. */
  readonly sha256: string;
}

/** Reads what a workspace offers. Changes nothing; a file with a mistake is offered with its problem. */
export async function recommendationsOf(home: string, workspace: string): Promise<Recommendations> {
  if (await isHomeItself(home, workspace)) return { agents: [], bottles: [], warnings: [], sha256: sha256('') };
  const { agents, warnings } = await indexAgents(home, workspace);
  const offered = await Promise.all(agents.filter((agent) => agent.origin === 'workspace').map(({ name, path }) => offeredAgent(workspace, name, path)));
  const folder = recommendedFolder(workspace);
  const { names } = await manifestNames(folder);
  const bottles = await Promise.all(names.map((name) => recommendedBottle(home, workspace, name)));
  const own = warnings.filter((warning) => warning.startsWith(join(workspace, '.bot-bottle')));
  return {
    agents: offered.map((one) => one.agent),
    bottles,
    warnings: own,
    sha256: sha256([...offered.map(({ agent, text }) => `${agent.name}\0${text}`), ...bottles.map(({ name, text }) => `${name}\0${text}`), ...own].join('\0\0')),
  };
}

/** A window on the user's own folder: its `.bot-bottle` is the home folder, which recommends nothing to itself. */
async function isHomeItself(home: string, workspace: string): Promise<boolean> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  return (await real(join(workspace, '.bot-bottle'))) === (await real(home));
}

/** Where a workspace puts bottles it proposes. */
export function recommendedFolder(workspace: string): string {
  return join(workspace, '.bot-bottle', 'recommended-bottles');
}

/** What an agent in a bottle with this text could do. Throws `manifest-invalid` or `manifest-missing` when it cannot be used. */
export async function reachOfText(home: string, name: string, text: string): Promise<readonly string[]> {
  const path = join(manifestFolders(home, undefined).bottles, `${name}.md`);
  return reachLines((await loadBottleText(home, name, { path, text, sha256: sha256(text) })).bottle);
}

async function offeredAgent(workspace: string, name: string, path: string): Promise<{ readonly agent: OfferedAgent; readonly text: string }> {
  const file = await readManifest(path, workspace).catch(() => undefined);
  if (file === undefined) return { agent: { name, path, bottle: null }, text: '' };
  const parsed = parseManifest(path, file.text);
  const checked = parsed.ok ? checkManifest(parsed.value, agentSchema) : parsed;
  return { agent: { name, path, bottle: checked.ok ? checked.value.bottle : null }, text: file.text };
}

async function recommendedBottle(home: string, workspace: string, name: string): Promise<RecommendedBottle> {
  const path = join(recommendedFolder(workspace), `${name}.md`);
  const unusable = (problem: string): RecommendedBottle => ({ name, path, text: '', state: 'absent', present: null, reach: [], problem });
  try {
    const file = await readManifest(path, workspace);
    if (file === undefined) return unusable(`${path} is gone.`);
    const own = await readManifest(join(manifestFolders(home, undefined).bottles, `${name}.md`), home);
    const judged = await reachOfText(home, name, file.text).then(
      (reach) => ({ reach, problem: null }),
      (thrown: unknown) => ({ reach: [], problem: toBottleError(thrown).message }),
    );
    const state = own === undefined ? 'absent' : own.text === file.text ? 'same' : 'different';
    return { name, path, text: file.text, state, present: own?.text ?? null, ...judged };
  } catch (thrown) {
    return unusable(toBottleError(thrown).message);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
