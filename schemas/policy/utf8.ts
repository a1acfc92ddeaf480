/** The UTF-8 bytes of a text, one character each. A lone surrogate has none and stands as U+FFFD. */
export function bytesOf(text: string): string {
  return text.replace(/[^\x00-\x7f]+/g, (run) => decodedBytes(encodeURIComponent(run.replace(/\p{Surrogate}/gu, '\ufffd'))));
}

/** The text of such bytes; those that are no UTF-8 stay characters of their own. */
export function textOf(bytes: string): string {
  return bytes.replace(/[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g, (sequence) => {
    try {
      return decodeURIComponent(Array.from(sequence, (byte) => `%${byte.charCodeAt(0).toString(16)}`).join(''));
    } catch {
      return sequence;
    }
  });
}

/** Every percent escape as the byte it stands for, once. */
export function decodedBytes(escapes: string): string {
  return escapes.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
