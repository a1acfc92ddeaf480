import type { Lens } from '../../core/manifests/language/lenses.ts';
import type { Translate } from '../words.ts';

/** How a route was used, in the words above it. `when` puts a moment in the person's own way. */
export function useText({ sessions, use }: Extract<Lens, { does: 'use' }>, t: Translate, when: (time: string) => string): string {
  if (sessions === 0) return t('no session yet');
  if (use === undefined || (use.hits === 0 && use.unusedSessions === 0)) return t('not used yet');
  const hits = use.hits === 1 ? t('1 hit') : t('{0} hits', use.hits);
  const blocked = use.blocked === 0 ? [] : [t('{0} blocked', use.blocked)];
  const last = use.lastUse === null ? [] : [t('last {0}', when(use.lastUse))];
  const unused = use.unusedSessions === 0 ? [] : [use.unusedSessions === 1 ? t('unused in the last session') : t('unused in the last {0} sessions', use.unusedSessions)];
  return [hits, ...blocked, ...last, ...unused].join(', ');
}
