const openTag = 0x3c;
const closeTag = 0x3e;
const openData = Buffer.from('<![CDATA[');
const closeData = Buffer.from(']]>');

/** A tag is at most so long; else the sign is only a sign. Bytes. */
const LONGEST_TAG = 512;

/**
 * Text between the tags of HTML or XML; undefined when there is no tag. Comments stay, and what tags say is seen in the
 * text with them.
 */
export function withoutTags(bytes: Buffer): Buffer | undefined {
  if (!bytes.includes(openTag)) return undefined;
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = tagSize(bytes, at);
    if (size === 0) out[length++] = bytes[at++] ?? 0;
    else at += size;
  }
  return out.subarray(0, length);
}

function tagSize(bytes: Buffer, at: number): number {
  if (bytes[at] !== openTag) return standsAt(bytes, at, closeData);
  const next = bytes[at + 1] ?? 0;
  if (next !== 0x2f && ((next | 0x20) < 0x61 || (next | 0x20) > 0x7a)) return standsAt(bytes, at, openData);
  const end = bytes.subarray(at, at + LONGEST_TAG).indexOf(closeTag);
  return end < 0 ? 0 : end + 1;
}

/** Length of `text` when it stands at `at`, else 0. */
function standsAt(bytes: Buffer, at: number, text: Buffer): number {
  return bytes[at] === text[0] && bytes.subarray(at, at + text.length).equals(text) ? text.length : 0;
}
