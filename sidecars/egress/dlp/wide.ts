/** So much of the beginning tells how wide the characters are. Bytes. */
const SAMPLE = 64;

/** The text of UTF-16 or UTF-32 without its NULs, when `bytes` look like that: enough for anything written in ASCII. */
export function withoutNuls(bytes: Buffer): Buffer | undefined {
  const sample = bytes.subarray(0, SAMPLE);
  const nuls = sample.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (bytes.length < 16 || nuls < sample.length * 0.4 || nuls > sample.length * 0.8) return undefined;
  const narrow = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (const byte of bytes) if (byte !== 0) narrow[length++] = byte;
  return narrow.subarray(0, length);
}
