/** A place in a template that a person fills in. */
export interface Blank {
  /** Where it begins in the text, in UTF-16 units. */
  readonly offset: number;
  /** What stands there until it is filled in; two blanks that say the same are one. */
  readonly says: string;
}

/** A template's text with every blank standing for itself, and where the blanks are. */
export interface Blanked {
  readonly text: string;
  readonly blanks: readonly Blank[];
}

/** Takes the marks `«...»` of a template away and remembers their places, in the order of the text. */
export function blanked(template: string): Blanked {
  const blanks: Blank[] = [];
  let text = '';
  for (const [index, piece] of template.split(/«([^»]*)»/).entries()) {
    if (index % 2 === 1) blanks.push({ offset: text.length, says: piece });
    text += piece;
  }
  return { text, blanks };
}
