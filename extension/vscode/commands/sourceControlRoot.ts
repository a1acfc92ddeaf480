import type { Reviews } from '../review/reviews.ts';

/** Menus of a source control hand over the source control; its bottle is what the commands want. */
export function rootOf(reviews: Pick<Reviews, 'slugOf'>, argument: unknown): unknown {
  return reviews.slugOf(argument) ?? argument;
}
