import { basename } from 'node:path';
import { effectiveBottleWithOrigins, type EffectiveBottle, type Origin } from '../../../../schemas/manifest/extends.ts';
import { keyPath } from '../../../../schemas/manifest/position.ts';
import { followChain, type Chain } from './chain.ts';
import { typeNames } from './complete.ts';
import { keyDocumentation } from './documentation.ts';
import { meaningAt } from './meaning.ts';
import type { ManifestPlace } from './place.ts';
import { shapesAt, type Shape } from './shape.ts';
import { readTree, spotAt, type Range, type Spot } from './tree.ts';
import type { World } from './world.ts';
import { writtenBottle } from './written.ts';

/** What is known about a key or value, in Markdown. */
export interface Hover {
  readonly range: Range;
  readonly markdown: readonly string[];
}

/** The documentation of the key under an offset, and what it comes to after `extends`, with the file that says so. */
export async function hoverAt(world: World, root: Shape, place: ManifestPlace, text: string, offset: number): Promise<Hover | undefined> {
  const tree = readTree(text);
  const spot = tree === undefined ? undefined : spotAt(tree, offset);
  if (spot === undefined) return undefined;
  const shapes = shapesAt(root, spot.entry.path);
  const key = [...spot.entry.path].reverse().find((part) => typeof part === 'string') ?? '';
  const parts = [
    `**${code(key)}** ${typeNames(shapes)}`.trim(),
    ...keyDocumentation(key, shapes),
    await about(world, place, text, spot),
  ];
  return { range: spot.range, markdown: parts.filter((part) => part !== '') };
}

async function about(world: World, place: ManifestPlace, text: string, spot: Spot): Promise<string> {
  const { path, scalar } = spot.entry;
  if (meaningAt(place.kind, path) === 'bottle' && typeof scalar === 'string') return chainWords(await followChain(world, scalar));
  if (place.kind !== 'bottle') return '';
  const chain = await followChain(world, place.name, { path: place.path, text });
  return chain.fault === undefined ? effectiveWords(effectiveBottleWithOrigins(chain.links), path, place) : '';
}

/** What a bottle comes to, in a few lines. */
function chainWords(chain: Chain): string {
  const first = chain.links[0];
  if (first === undefined || chain.fault !== undefined) return '';
  const { bottle } = effectiveBottleWithOrigins(chain.links);
  const routes = bottle.egress.routes.filter(({ deny }) => deny !== true).map((route) => code(route.host));
  const shown = routes.slice(0, 8).join(', ') + (routes.length > 8 ? ` and ${routes.length - 8} more` : '');
  return [
    `Bottle ${chain.links.map((link) => code(link.name)).join(' extends ')}, provider ${code(bottle.agentProvider.template)}.`,
    routes.length === 0 ? 'It names no host.' : `It may reach ${shown}.`,
  ].join('\n\n');
}

/** The value a key has in the end, where it does not simply stand here. */
function effectiveWords({ bottle, origins }: EffectiveBottle, path: readonly PropertyKey[], place: ManifestPlace): string {
  // Routes are merged by host: their numbers here and in the whole are not the same.
  const known = path[0] === 'egress' && path[1] === 'routes' ? path.slice(0, 2) : path;
  const value = valueAt(writtenBottle(bottle), known);
  if (value === undefined || value === null) return '';
  const from = new Map<string, Origin>();
  for (const [key, origin] of origins) if (key === keyPath(known) || key.startsWith(`${keyPath(known)}.`) || key.startsWith(`${keyPath(known)}[`)) from.set(origin.file, origin);
  const files = [...from.values()].map((origin) => (origin.file === place.path ? 'this file' : `${basename(origin.file)}:${origin.line}`));
  const origin = files.length === 0 ? 'the default' : `from ${files.join(', ')}`;
  const items = Array.isArray(value) || typeof value === 'object' ? summary(value) : code(String(value));
  return `Effective: ${items} (${origin})`;
}

function summary(value: object): string {
  if (!Array.isArray(value)) return Object.keys(value).map(code).join(', ') || 'nothing';
  return value.map((one: unknown) => (typeof one === 'object' && one !== null && 'host' in one ? code(String(one.host)) : code(String(one)))).join(', ') || 'nothing';
}

/** Text of a file as it is: in Markdown it could be an image that is fetched, or a link. */
function code(text: string): string {
  return `\`${text.replaceAll(/[`\r\n]/g, ' ').slice(0, 80)}\``;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (isRecord(value) && Object.hasOwn(value, part) ? value[String(part)] : undefined), data);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
