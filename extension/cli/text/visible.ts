/**
 * C0 without tab and newline, DEL, C1, line separators, and the marks that reorder or hide text: all that Unicode says to
 * draw nothing for, except the style of an emoji behind one.
 */
const hostile = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufff9-\ufffb]|(?!(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu;

/**
 * Text from a bottle made harmless for a terminal: whatever could move the cursor, recolour or reorder is shown as
 * its escape instead. Newlines stay; use `visibleLine` where one line is promised.
 */
export function visible(text: string): string {
  return text.replace(hostile, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const digits = code.toString(16);
    if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`;
    return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`;
  });
}

/** As `visible`, with newlines and tabs escaped too: for names and other single-line fields. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
