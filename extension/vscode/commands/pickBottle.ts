import { ThemeColor, ThemeIcon, l10n, window } from 'vscode';
import type { BottleState, BottleSummary } from '../../../schemas/protocol/bottle.ts';
import { BottleError } from '../../core/errors.ts';
import type { BottleStore } from '../bottles/store.ts';
import { themeColorOf } from '../terminal/appearance.ts';
import { bottleNode } from '../views/bottleNodes.ts';
import { slugIn } from './arguments.ts';

/** The bottle an argument names, or the one the person picks among those in these states; undefined when given up. */
export async function pickBottle(store: BottleStore, argument: unknown, states: readonly BottleState[], title: string): Promise<BottleSummary | undefined> {
  await store.refresh();
  const slug = slugIn(argument);
  if (slug !== undefined) {
    const named = store.find(slug);
    if (named === undefined) throw new BottleError('not-found', l10n.t('The bottle "{0}" is gone.', slug));
    return named;
  }
  const candidates = store.bottles.filter((bottle) => states.includes(bottle.state));
  if (candidates.length === 0) throw new BottleError('not-found', l10n.t('There is no such bottle.'), { hint: l10n.t('Start an agent first.') });
  if (candidates.length === 1) return candidates[0];
  const picked = await window.showQuickPick(candidates.map(bottleItem), { title, matchOnDescription: true });
  return picked?.bottle;
}

/** A bottle as an entry of a quick pick. */
export function bottleItem(bottle: BottleSummary) {
  const { icon, label, description } = bottleNode(bottle, l10n.t);
  const color = themeColorOf(bottle.color);
  return { bottle, label, description, iconPath: color === undefined ? new ThemeIcon(icon) : new ThemeIcon(icon, new ThemeColor(color)) };
}
