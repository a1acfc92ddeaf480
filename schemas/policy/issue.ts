import type { z } from 'zod';

/** Where an issue goes: the part of a zod refinement's context that is used. */
interface Receiver {
  addIssue(issue: { readonly code: 'custom'; readonly path?: PropertyKey[]; readonly message: string; readonly params?: Record<string, unknown> }): void;
}

/** One mistake in a rule: what is wrong, and what to write instead. */
export interface Mistake {
  /** From the object that was checked. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint: string;
}

/** Reports a mistake so that `hintOf` finds its hint again. */
export function report(context: Receiver, { path, message, hint }: Mistake): void {
  context.addIssue({ code: 'custom', path: [...path], message, params: { hint } });
}

/** What to do about an issue; empty when its sentence says all. */
export function hintOf(issue: z.core.$ZodIssue): string {
  const hint = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
  return typeof hint === 'string' ? hint : '';
}

/**
 * Issues as somebody reads them who writes one of several forms: where it is the form with maps in it, what is wrong in
 * those instead of the sentence that lists the forms.
 */
export function inside(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return [issue];
    const form = issue.errors.find((each) => each.every(({ path }) => path.length > 0) && each.some(({ code, path }) => code === 'unrecognized_keys' || path.length > 1));
    return form === undefined ? [issue] : inside(form.map((each) => ({ ...each, path: [...issue.path, ...each.path] })));
  });
}
