import { basename } from 'node:path';
import { Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import { agentOf, agentSchema } from '../../../../schemas/manifest/agent.ts';
import { checkManifest } from '../../../../schemas/manifest/check.ts';
import { effectiveBottleWithOrigins, type EffectiveBottle } from '../../../../schemas/manifest/extends.ts';
import { parseManifest } from '../../../../schemas/manifest/parse.ts';
import { keyPath, problemSentence } from '../../../../schemas/manifest/position.ts';
import { followChain, type Chain } from './chain.ts';
import { diagnose } from './diagnose.ts';
import type { ManifestPlace } from './place.ts';
import type { World } from './world.ts';
import { writtenBottle } from './written.ts';

/**
 * What a start would really use: the manifest with its parents laid under it and every default filled in, each value
 * with the file that gave it. What is wrong is told instead of shown.
 */
export async function effectiveText(world: World, place: ManifestPlace, text: string): Promise<string> {
  const head = `# Effective manifest of the ${place.kind} ${place.name}. Read only; made anew when a file changes.\n`;
  const parsed = parseManifest(place.path, text);
  if (!parsed.ok) return head + broken(parsed.problems.map(problemSentence));
  if (place.kind === 'bottle') return head + bottleText(await followChain(world, place.name, { path: place.path, text }), await said(world, place, text));
  const checked = checkManifest(parsed.value, agentSchema);
  if (!checked.ok) return head + broken(checked.problems.map(problemSentence));
  const agent = agentOf(checked.value, parsed.value.body);
  const own = new Document({ agent: place.name, bottle: agent.bottle, skills: agent.skills, 'git-gate': { user: agent.gitUser }, prompt: agent.prompt }, { aliasDuplicateObjects: false });
  const bottle = bottleText(await followChain(world, agent.bottle), await said(world, place, text));
  return `${head}${own.toString({ lineWidth: 0 })}\n# The bottle ${agent.bottle}:\n${bottle}`;
}

async function said(world: World, place: ManifestPlace, text: string): Promise<readonly string[]> {
  return (await diagnose(world, place, text)).filter((one) => one.severity === 'error').map((one) => one.message);
}

function bottleText(chain: Chain, faults: readonly string[]): string {
  if (chain.fault !== undefined) return broken(faults);
  const effective = effectiveBottleWithOrigins(chain.links);
  if (effective.faults.length > 0) return broken(effective.faults.map(({ path, ...fault }) => problemSentence({ ...fault, key: keyPath(path) })));
  const document = new Document(writtenBottle(effective.bottle), { aliasDuplicateObjects: false });
  annotate(document.contents, [], effective.origins);
  return `# Chain: ${chain.links.map((link) => link.name).join(' -> ')}. A value without a file name is a default.\n${document.toString({ lineWidth: 0 })}`;
}

function broken(sentences: readonly string[]): string {
  return `# It cannot be started:\n${sentences.flatMap((one) => one.split('\n')).map((line) => `#   ${line}\n`).join('')}`;
}

/** Puts the name of the file behind each value that one gave. */
function annotate(node: unknown, path: readonly PropertyKey[], origins: EffectiveBottle['origins']): void {
  const origin = origins.get(keyPath(path));
  if (origin !== undefined && isNode(node)) {
    const where = ` ${basename(origin.file)}:${origin.line}`;
    // What each of its keys has of its own need not be said of the whole.
    const own = [...origins.keys()].some((key) => key.startsWith(`${keyPath(path)}.`));
    if (isScalar(node)) node.comment = where;
    else if (!own) node.commentBefore = where;
  }
  if (isMap(node)) for (const pair of node.items) annotate(pair.value, [...path, isScalar(pair.key) ? String(pair.key.value) : ''], origins);
  else if (isSeq(node)) for (const [index, item] of node.items.entries()) annotate(item, [...path, index], origins);
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value);
}
