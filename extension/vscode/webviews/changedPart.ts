/** What differs between two texts: from `start` on, `end` of the first becomes `text`. Whole lines, so that a diff reads well. */
export interface ChangedPart {
  /** Offset in the first text. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The smallest run of lines that makes one text the other. */
export function changedPart(before: string, after: string): ChangedPart {
  const [old, fresh] = [lines(before), lines(after)];
  let head = 0;
  while (head < Math.min(old.length, fresh.length) && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, fresh.length) - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
  const length = (part: readonly string[]): number => part.reduce((sum, line) => sum + line.length, 0);
  return { start: length(old.slice(0, head)), end: before.length - length(old.slice(old.length - tail)), text: fresh.slice(head, fresh.length - tail).join('') };
}

/** With their line ends. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
