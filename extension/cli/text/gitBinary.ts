import { deflateSync } from 'node:zlib';

/** Git's base 85 digits. */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

/** Bytes on one line of a binary patch. */
const perLine = 52;

/** The body of a binary patch that `git apply` takes in both directions: both contents whole, deflated, in base 85. */
export function binaryPatch(before: Uint8Array, after: Uint8Array): string {
  return `GIT binary patch\n${literal(after)}\n${literal(before)}\n`;
}

function literal(content: Uint8Array): string {
  const deflated = deflateSync(content);
  const lines = [`literal ${content.length}\n`];
  for (let at = 0; at < deflated.length; at += perLine) lines.push(line(deflated.subarray(at, at + perLine)));
  return lines.join('');
}

/** The first letter says how many bytes there are; the last four are filled up with zeroes. */
function line(bytes: Buffer): string {
  const length = String.fromCharCode(bytes.length <= 26 ? 64 + bytes.length : 70 + bytes.length);
  const full = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
  bytes.copy(full);
  let text = length;
  for (let at = 0; at < full.length; at += 4) text += word(full.readUInt32BE(at));
  return `${text}\n`;
}

function word(value: number): string {
  let text = '';
  for (let rest = value, count = 0; count < 5; count++, rest = Math.floor(rest / 85)) text = (digits[rest % 85] ?? '') + text;
  return text;
}
