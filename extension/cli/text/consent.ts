import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { ConsentReview } from '../../core/trust/consent.ts';
import { visible, visibleLine } from './visible.ts';

/** What a person is asked to agree to: all of it the first time, what changed after that. Harmless for a terminal. */
export function consentText({ path, approved, present }: ConsentReview): string {
  if (approved === null) return `${visibleLine(path)} is new to you. All of it:\n\n${visible(present)}`;
  const patch = createTwoFilesPatch('what you agreed to', path, approved, present, undefined, undefined, { context: 3, headerOptions: FILE_HEADERS_ONLY });
  return visible(patch);
}
