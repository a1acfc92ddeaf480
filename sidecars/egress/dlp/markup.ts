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
  const kept: Buffer[] = [];
  let begin = 0;
  let closed = true;
  for (let at = bytes.indexOf(openTag); at >= 0; at = bytes.indexOf(openTag, Math.max(begin, at + 1))) {
    const size = tagSize(bytes, at);
    // Once no section ends any more, looking for the end of each would take for ever.
    const dataEnd = size === 0 && closed && standsAt(bytes, at, openData) ? bytes.indexOf(closeData, at) : -1;
    if (size === 0 && dataEnd < 0) {
      closed = closed && !standsAt(bytes, at, openData);
      continue;
    }
    kept.push(bytes.subarray(begin, at));
    if (dataEnd >= 0) kept.push(bytes.subarray(at + openData.length, dataEnd));
    begin = dataEnd >= 0 ? dataEnd + closeData.length : at + size;
  }
  return begin === 0 ? undefined : Buffer.concat([...kept, bytes.subarray(begin)]);
}

function tagSize(bytes: Buffer, at: number): number {
  const next = bytes[at + 1] ?? 0;
  if (next !== 0x2f && ((next | 0x20) < 0x61 || (next | 0x20) > 0x7a)) return 0;
  return bytes.subarray(at, at + LONGEST_TAG).indexOf(closeTag) + 1;
}

function standsAt(bytes: Buffer, at: number, text: Buffer): boolean {
  return bytes.subarray(at, at + text.length).equals(text);
}
