/** C0 without tab and newline, DEL, C1, line separators, and the marks that reorder or hide text. */
const hostile = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * Text from a bottle made harmless for a terminal: whatever could move the cursor, recolour or reorder is shown as
 * its escape instead. Newlines stay; use `visibleLine` where one line is promised.
 */
export function visible(text: string): string {
  return text.replace(hostile, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** As `visible`, with newlines and tabs escaped too: for names and other single-line fields. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
