import { basename, join } from 'node:path';
import type { Document } from 'yaml';
import { agentSchema } from '../../../../schemas/manifest/agent.ts';
import { checkManifest } from '../../../../schemas/manifest/check.ts';
import { parseEnvValue } from '../../../../schemas/manifest/envValue.ts';
import { effectiveBottleWithOrigins, type MergeFault } from '../../../../schemas/manifest/extends.ts';
import { nearest } from '../../../../schemas/manifest/nearest.ts';
import { parseManifest } from '../../../../schemas/manifest/parse.ts';
import { keyPath, problemSentence, type ManifestProblem, type Parsed } from '../../../../schemas/manifest/position.ts';
import { unknownName } from '../problems.ts';
import { followChain, type Chain } from './chain.ts';
import { meaningAt, type Meaning } from './meaning.ts';
import { offsetOf, wordRange } from './offsets.ts';
import type { ManifestPlace } from './place.ts';
import { readTree, type Range, type Tree } from './tree.ts';
import { askedOnce, type World } from './world.ts';

/** Something a person should know about a place in a manifest. */
export interface Finding {
  readonly range: Range;
  /** An error stops a start; a warning may. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Where the cause lies, when that is another file. */
  readonly related: { readonly path: string; readonly line: number; readonly column: number; readonly message: string } | undefined;
}

/** Everything that is wrong with a manifest, alone and together with the files it names. Empty for one that starts. */
export async function diagnose(machine: World, place: ManifestPlace, text: string): Promise<readonly Finding[]> {
  const world = askedOnce(machine);
  const tree = readTree(text);
  const read = place.kind === 'agent' ? readAgent(place.path, text, tree?.document) : world.read(place.path, text, tree?.document);
  const own = read.ok ? [] : read.problems.map((problem) => shown(problem, text, tree));
  const chain = place.kind === 'bottle' && read.ok ? await followChain(world, place.name, { path: place.path, text }) : undefined;
  const names = tree === undefined ? [] : await aboutNames(world, place, tree, chain);
  const whole = faultsOf(chain).filter((fault) => fault.file === place.path).map((fault) => shown(problemOf(fault), text, tree));
  const about = await aboutTheFile(world, place, text);
  return [...about, ...own, ...names, ...whole].sort((a, b) => a.range.start - b.range.start);
}

function readAgent(path: string, text: string, parsed: Document.Parsed | undefined): Parsed<unknown> {
  const source = parseManifest(path, text, parsed);
  return source.ok ? checkManifest(source.value, agentSchema) : source;
}

function problemOf({ file, path, line, column, message }: MergeFault): ManifestProblem {
  return { file, key: keyPath(path), line, column, message };
}

/** What only the whole chain shows: an upstream that no file completes, a removal of what is not there. */
function faultsOf(chain: Chain | undefined): readonly MergeFault[] {
  return chain === undefined || chain.fault !== undefined ? [] : effectiveBottleWithOrigins(chain.links).faults;
}

/** A problem of the language at its place, which ends where the key or value there ends. */
function shown(problem: ManifestProblem, text: string, tree: Tree | undefined): Finding {
  const start = offsetOf(text, problem);
  const entries = tree?.entries ?? [];
  // A map begins where its first key does.
  const range = entries.find((one) => one.key?.start === start)?.key ?? entries.find((one) => one.kind === 'scalar' && one.value?.start === start)?.value;
  const message = problem.key === '' ? sentence(problem.message) : `${problem.key} ${problem.message}`;
  return { range: range ?? wordRange(text, start), severity: 'error', message, related: undefined };
}

function sentence(message: string): string {
  return `This manifest ${message}`;
}

async function aboutTheFile(world: World, place: ManifestPlace, text: string): Promise<readonly Finding[]> {
  const range = { start: 0, end: Math.min(3, text.length) };
  const say = (message: string): Finding => ({ range, severity: 'warning', message, related: undefined });
  if (!manifestName.test(place.name)) return [say('No start finds this file: its name must be small letters, digits and -, starting with a letter, then ".md".')];
  if (place.origin === 'workspace' && (await world.names('agent')).includes(place.name)) {
    return [say(`Your home folder has an agent "${place.name}" too, and that one counts. Give one of the two another name.`)];
  }
  return [];
}

/** Values that name something: does it exist? */
async function aboutNames(world: World, place: ManifestPlace, tree: Tree, chain: Chain | undefined): Promise<readonly Finding[]> {
  const found = await Promise.all(
    tree.entries.map(async ({ path, scalar, value }): Promise<Finding | undefined> => {
      const meaning = meaningAt(place.kind, path);
      if (meaning === undefined || value === undefined || typeof scalar !== 'string' || scalar === '') return undefined;
      const say: Say = (severity, message, related) => ({ range: value, severity, message, related });
      if (meaning === 'bottle') return faultFinding(world, place, place.kind === 'agent' ? await agentChain(world, scalar) : chain, say);
      return nameChecks[meaning]?.(world, scalar, say);
    }),
  );
  return found.filter((one) => one !== undefined);
}

const manifestName = /^[a-z][a-z0-9-]*$/;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

async function agentChain(world: World, bottle: string): Promise<Chain | undefined> {
  return manifestName.test(bottle) ? followChain(world, bottle) : undefined;
}

const nameChecks: Readonly<Partial<Record<Meaning, (world: World, name: string, say: Say) => Promise<Finding | undefined>>>> = {
  skill: async (world, name, say) => {
    if (await world.exists(join(world.skillsFolder, name), 'folder')) return undefined;
    return say('error', `There is no skill ${JSON.stringify(name)}: it would be a folder in ${world.skillsFolder}.${meant(name, await world.skills())}`);
  },
  provider: async (world, name, say) => {
    const known = await world.providers();
    return known.includes(name) ? undefined : say('error', `There is no provider ${JSON.stringify(name)}; there are: ${known.join(', ')}.${meant(name, known)}`);
  },
  file: async (world, name, say) => {
    const path = fixedPath(world, name);
    return path === undefined || (await world.exists(path, 'file')) ? undefined : say('warning', `${path} is not a file.`);
  },
  variable: unset,
  environment: async (world, text, say) => {
    const value = parseEnvValue(text);
    return value.kind === 'host' ? unset(world, value.variable, say) : undefined;
  },
};

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? '' : ` Did you mean ${near}?`;
}

type Say = (severity: Finding['severity'], message: string, related?: Finding['related']) => Finding;

/** A path that does not depend on the folder a start happens in; undefined for one that does. */
export function fixedPath(world: Pick<World, 'userHome'>, written: string): string | undefined {
  if (written.startsWith('~/')) return join(world.userHome, written.slice(2));
  return written.startsWith('/') ? written : undefined;
}

async function unset(world: World, name: string, say: Say): Promise<Finding | undefined> {
  if (!variableName.test(name) || (await world.variables()).includes(name)) return undefined;
  return say('warning', `${name} is neither set in this environment nor a stored credential: a start stops here.`);
}

async function faultFinding(world: World, place: ManifestPlace, chain: Chain | undefined, say: Say): Promise<Finding | undefined> {
  const fault = chain?.fault;
  if (fault === undefined) {
    const elsewhere = faultsOf(chain).find(({ file }) => file !== place.path);
    return elsewhere === undefined ? undefined : brokenFinding(basename(elsewhere.file, '.md'), problemOf(elsewhere), say);
  }
  if (fault.kind === 'circle') return say('error', `extends makes a circle: ${fault.names.join(' -> ')}.`);
  if (fault.kind === 'missing') return say('error', unknownName('bottle', fault.name, await world.names('bottle'), join(world.roots().home, 'bottles')));
  const [first] = fault.problems;
  return first === undefined ? undefined : brokenFinding(fault.name, first, say);
}

function brokenFinding(name: string, problem: ManifestProblem, say: Say): Finding {
  const { file, line, column, message } = problem;
  return say('error', `The bottle "${name}" is not valid. ${problemSentence(problem)}`, { path: file, line, column, message });
}
