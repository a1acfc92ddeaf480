import type { ApplyRequest, ApplyResult } from '../bottle/bottles.ts';
import type { Review } from './review.ts';

/** Takes changes to the host. */
export async function applyChanges(review: Review, request: ApplyRequest): Promise<ApplyResult> {
  return { applied: [], left: request.paths === 'all' ? [] : request.paths.map((path) => ({ path, reason: review.slug })) };
}
