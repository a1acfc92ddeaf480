import { discardRunning, discardStopped } from '../../../extension/core/workspace/discard.ts';
import { readChanges } from '../../../extension/core/workspace/changeSet.ts';
import { endedNames } from '../../../extension/core/workspace/endedNames.ts';
import type { Review } from '../../../extension/core/workspace/review.ts';
import { exec } from './inView.ts';
import { cannotMount, type World } from './world.ts';

/** A bottle whose agent is done with its edits. */
export interface Bottle {
  readonly review: Review;
  discard(paths: readonly string[]): Promise<void>;
}

/** The bottle goes on: its files are reached through the view. */
export function running(world: World): Promise<Bottle> {
  return Promise.resolve({ review: world.review, discard: (paths) => discardRunning(world.review, paths, world.view, { exec }) });
}

/** The bottle has ended, and what its folders held was kept when there was somebody to ask. */
export async function ended(world: World): Promise<Bottle> {
  const { mergedNames, workspace } = world.review;
  const record = new Map<string, readonly string[]>();
  if (mergedNames !== null) {
    const keep: Review['mergedNames'] = async (folders) => {
      const names = await mergedNames(folders);
      for (const [folder, list] of names) record.set(folder, list);
      return names;
    };
    await readChanges({ ...world.review, mergedNames: keep });
  }
  world.end();
  const review: Review = { ...world.review, mergedNames: mergedNames === null || workspace.mode === 'copy' ? null : endedNames(workspace, record) };
  return { review, discard: (paths) => discardStopped(review, paths) };
}

const worlds = [
  ['a copy', 'copy', {}],
  ['an overlay with its names kept', 'overlay', { merged: 'ask' }],
  ['an overlay by its marks', 'overlay', {}],
] as const;
const states = [
  ['ended', ended],
  ['running', running],
] as const;

/** Every kind of workspace that this machine can make, while its bottle runs and after: name, mode, options, and which. */
export const everyWorkspace = worlds
  .filter(([, mode]) => mode === 'copy' || cannotMount() === undefined)
  .flatMap(([world, mode, options]) => states.map(([state, as]) => [`${world}, ${state}`, mode, options, as] as const));
