import { keyPath } from '../../../../schemas/manifest/position.ts';
import { routeKey, type RouteUse } from '../../../../schemas/protocol/egressUsage.ts';
import { meaningAt } from './meaning.ts';
import type { ManifestPlace } from './place.ts';
import { readTree, type Range } from './tree.ts';
import type { World } from './world.ts';

/** A line above a line: something to do, or something to know. */
export type Lens = { readonly range: Range } & (
  | { readonly does: 'start' | 'dry-run' | 'effective' }
  /** How the route below was used in so many sessions; undefined when it never was seen in one. */
  | { readonly does: 'use'; readonly sessions: number; readonly use: RouteUse | undefined }
);

/** Start, dry run and effective manifest above an agent; how each route is used above the routes of a bottle. */
export async function lensesOf(world: World, place: ManifestPlace, text: string): Promise<readonly Lens[]> {
  const tree = readTree(text);
  if (tree === undefined) return [];
  const top = { start: 0, end: Math.min(3, text.length) };
  if (place.kind === 'agent') return (['start', 'dry-run', 'effective'] as const).map((does) => ({ range: top, does }));
  const denied = tree.entries.filter(({ path, scalar }) => path.at(-1) === 'deny' && scalar === true).map(({ path }) => keyPath(path.slice(0, -1)));
  // A host that is denied is never used.
  const hosts = tree.entries.filter(({ path, scalar }) => meaningAt('bottle', path) === 'host' && typeof scalar === 'string' && !denied.includes(keyPath(path.slice(0, -1))));
  // What a workspace recommends was never run from there.
  if (place.origin !== 'home' || hosts.length === 0) return [{ range: top, does: 'effective' }];
  const usage = await world.usage(place.name);
  const uses = hosts.map(({ scalar, key }): Lens => {
    const route = routeKey(String(scalar));
    return { range: key ?? top, does: 'use', sessions: usage.sessions, use: usage.routes.find((one) => one.route === route) };
  });
  return [{ range: top, does: 'effective' }, ...uses];
}
