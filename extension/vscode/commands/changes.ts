import type { BottleSummary } from '../../../schemas/protocol/bottle.ts';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import type { App, Command } from '../app.ts';
import { changesIn } from './arguments.ts';

/** Opens one change of the Source Control view as a diff. */
export function openChangeCommand(app: Pick<App, 'store' | 'reviews'>): Command {
  return async (...args) => {
    for (const { slug, path } of changesIn(args)) {
      const bottle = app.store.find(slug);
      if (bottle !== undefined) await app.reviews.openFile(bottle, path);
    }
  };
}

/** Takes the chosen changes to the workspace. */
export function applyChangeCommand(app: Pick<App, 'store' | 'reviews'>): Command {
  return async (...args) => {
    for (const [bottle, files] of await chosen(app, args)) await app.reviews.apply(bottle, files);
  };
}

/** Throws the chosen changes away in the bottle. */
export function discardChangeCommand(app: Pick<App, 'store' | 'reviews'>): Command {
  return async (...args) => {
    for (const [bottle, files] of await chosen(app, args)) await app.reviews.discard(bottle, files);
  };
}

/**
 * The files a menu means, by bottle, each in the version that the menu was opened on: what was seen is what is applied,
 * also when the list moved on meanwhile.
 */
async function chosen(app: Pick<App, 'store' | 'reviews'>, args: readonly unknown[]): Promise<ReadonlyMap<BottleSummary, readonly ChangedFile[]>> {
  const result = new Map<BottleSummary, ChangedFile[]>();
  for (const { slug, path, hash } of changesIn(args)) {
    const bottle = app.store.find(slug);
    if (bottle === undefined) continue;
    const shown = app.reviews.shown(bottle);
    const file = (shown.length > 0 ? shown : await app.reviews.refresh(bottle)).find((one) => one.path === path);
    if (file !== undefined) result.set(bottle, [...(result.get(bottle) ?? []), { ...file, hash }]);
  }
  return result;
}
