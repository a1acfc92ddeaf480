import type { ChangeSet } from '../../../schemas/protocol/changeSet.ts';
import type { Review } from './review.ts';

/** The bottle's changes. */
export async function readChanges(review: Review): Promise<ChangeSet> {
  return { slug: review.slug, files: [] };
}
