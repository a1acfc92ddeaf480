const openTag = 0x3c;
const closeTag = 0x3e;
const openData = Buffer.from('<![CDATA[');
const closeData = Buffer.from(']]>');

/** A tag is at most so long; else the sign is only a sign. Bytes. */
const LONGEST_TAG = 512;

/**
 * Text between the tags of HTML or XML; undefined when there is no tag. Comments stay, and what tags say is seen in the
 * text with them. One pass, however the signs are strewn.
 */
export function withoutTags(bytes: Buffer): Buffer | undefined {
  if (!bytes.includes(openTag)) return undefined;
  const tagEnd = nextOf(bytes, closeTag);
  const dataEnd = nextOf(bytes, closeData);
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  let data = -1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (at === data) at += closeData.length - 1;
    else if (byte !== openTag || at < data) out[length++] = byte;
    else if (beginsTag(bytes[at + 1] ?? 0) && tagEnd(at) - at <= LONGEST_TAG) at = tagEnd(at);
    else if (bytes[at + 1] === openData[1] && bytes.subarray(at, at + openData.length).equals(openData) && dataEnd(at) < Infinity) {
      data = dataEnd(at);
      at += openData.length - 1;
    } else out[length++] = byte;
  }
  return length === bytes.length ? undefined : out.subarray(0, length);
}

function beginsTag(next: number): boolean {
  return next === 0x2f || ((next | 0x20) >= 0x61 && (next | 0x20) <= 0x7a);
}

/** Where `what` comes next, for places that only go up; remembers, so that nothing is searched twice. */
export function nextOf(bytes: Buffer, what: number | Buffer): (at: number) => number {
  let next = -1;
  return (at) => {
    if (next < at) {
      const found = bytes.indexOf(what, at);
      next = found < 0 ? Infinity : found;
    }
    return next;
  };
}
