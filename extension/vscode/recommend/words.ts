import type { Recommendations, RecommendedBottle } from '../../core/trust/recommendations.ts';
import type { Translate } from '../words.ts';

/** Recommended bottles that the home folder does not have as they are. */
export function unadopted(recommendations: Recommendations): readonly RecommendedBottle[] {
  return recommendations.bottles.filter((bottle) => bottle.state !== 'same');
}

/** What is said once about a folder that comes with agents; undefined when there is nothing to say. */
export function folderNotice(folder: string, recommendations: Recommendations, t: Translate): string | undefined {
  const bottles = unadopted(recommendations);
  const { agents } = recommendations;
  if (agents.length === 0 && bottles.length === 0) return undefined;
  const brought = agents.length === 1 ? t('The folder {0} comes with an agent ({1}).', folder, agents[0]?.name ?? '') : agents.length > 1 ? t('The folder {0} comes with {1} agents.', folder, agents.length) : t('The folder {0} recommends bottles.', folder);
  const proposed = bottles.length === 1 ? t('It recommends the bottle {0}.', bottles[0]?.name ?? '') : bottles.length > 1 ? t('It recommends {0} bottles.', bottles.length) : '';
  return [brought, proposed, t('Nothing of it is used before you agreed to it.')].filter((part) => part !== '').join(' ');
}

/** What may be said about a bottle in a list: how it stands to the home folder's, and its reach or its mistake. */
export function bottleWords(bottle: RecommendedBottle, t: Translate): { readonly description: string; readonly detail: string } {
  const states = { absent: t('new'), same: t('the same as yours'), different: t('differs from yours') };
  return { description: states[bottle.state], detail: bottle.problem ?? t('It could {0}.', bottle.reach.join('; ')) };
}
