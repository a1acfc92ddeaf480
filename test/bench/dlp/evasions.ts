import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

/** What leaves, and how it is labelled. */
export interface Sent {
  readonly body: Buffer;
  readonly contentType?: string;
  readonly contentEncoding?: string;
}

/** A way to write a secret that is not the plain one. */
export interface Evasion {
  readonly name: string;
  readonly write: (secret: string) => string | Sent;
  /** Beyond any scanner that does not run the agent's own code backwards: listed to be honest about it. */
  readonly beyond?: true;
}

const characters = (secret: string, write: (character: string) => string): string => Array.from(secret, write).join('');
const codeHex = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0');
const base64 = (data: string | Buffer): string => Buffer.from(data).toString('base64');
const hexOf = (text: string): string => Buffer.from(text).toString('hex');
const percent = (text: string): string => characters(text, (character) => `%${codeHex(character)}`);
const cut = (secret: string, parts: number): string[] => Array.from({ length: parts }, (_, i) => secret.slice(Math.floor((i * secret.length) / parts), Math.floor(((i + 1) * secret.length) / parts)));
const wrap = (text: string, columns: number, end = '\n'): string => text.replace(new RegExp(`.{${columns}}`, 'g'), `$&${end}`);
const fullWidth = (secret: string): string => characters(secret, (character) => String.fromCodePoint(character.charCodeAt(0) + 0xfee0));
const homoglyphs: Readonly<Record<string, string>> = { a: 'а', c: 'с', e: 'е', i: 'і', o: 'о', p: 'р', x: 'х', y: 'у', A: 'А', B: 'В', E: 'Е', H: 'Н', K: 'К', M: 'М', O: 'О', P: 'Р', T: 'Т', X: 'Х' };

function base32(text: string): string {
  const bits = Array.from(Buffer.from(text), (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(five.padEnd(5, '0'), 2)] ?? '').join('');
}

const multipart = (parts: readonly (readonly [head: string, content: string])[]): Sent => ({
  contentType: 'multipart/form-data; boundary="frontier 7"',
  body: Buffer.from(`${parts.map(([head, content]) => `--frontier 7\r\n${head}\r\n\r\n${content}\r\n`).join('')}--frontier 7--\r\n`),
});

/** Every line of the table that says what is caught, and the lines that say what is not. */
export const evasions: readonly Evasion[] = [
  { name: 'base64 at alignment 0', write: (s) => `data=${base64(s)}` },
  { name: 'base64 at alignment 1', write: (s) => `data=${base64(`x${s}yz`)}` },
  { name: 'base64 at alignment 2', write: (s) => `data=${base64(`xx${s}y`)}` },
  { name: 'base64 without padding, URL alphabet', write: (s) => Buffer.from(`>>?${s}`).toString('base64url') },
  { name: 'base64 wrapped at 20 columns', write: (s) => wrap(base64(`key ${s}`), 20) },
  { name: 'base64 in MIME lines of 76', write: (s) => wrap(base64(`${'padding '.repeat(20)}${s}${'more '.repeat(20)}`), 76, '\r\n') },
  { name: 'base64 folded in YAML', write: (s) => `secret: >-\n    ${wrap(base64(`padding padding padding padding ${s}`), 40, '\n    ')}\n` },
  { name: 'base64 of base64', write: (s) => base64(`first ${base64(`a${s}`)}`) },
  { name: 'gzip in base64', write: (s) => JSON.stringify({ blob: base64(gzipSync(`it is ${s}`)) }) },
  { name: 'gzip in base64 behind other text', write: (s) => JSON.stringify({ blob: `xyz${base64(gzipSync(`it is ${s}`))}` }) },
  { name: 'base32', write: (s) => `q ${base32(`ab${s}`)}` },
  { name: 'base32 in lower case', write: (s) => base32(s).toLowerCase() },
  { name: 'quoted-printable', write: (s) => wrap(characters(s, (c) => `=${codeHex(c).toUpperCase()}`), 60, '=\r\n') },
  { name: 'quoted-printable, some characters', write: (s) => characters(s, (c) => (/[0-4]/.test(c) ? `=${codeHex(c).toUpperCase()}` : c)) },
  { name: 'hex in lower case', write: (s) => hexOf(s) },
  { name: 'hex in upper case', write: (s) => hexOf(s).toUpperCase() },
  { name: 'hex in mixed case', write: (s) => Array.from(hexOf(s), (c, i) => (i % 2 === 0 ? c.toUpperCase() : c)).join('') },
  { name: 'hex with colons', write: (s) => Array.from(s, codeHex).join(':') },
  { name: 'hex with \\x', write: (s) => characters(s, (c) => `\\x${codeHex(c)}`) },
  { name: 'hex with 0x and commas', write: (s) => Array.from(s, (c) => `0x${codeHex(c)}`).join(', ') },
  { name: 'hex of base64', write: (s) => hexOf(base64(s)) },
  { name: 'base64 of hex', write: (s) => base64(hexOf(s)) },
  { name: 'percent, every character', write: percent },
  { name: 'percent, two layers', write: (s) => percent(percent(s)) },
  { name: 'percent of percent signs, three layers', write: (s) => percent(s).replaceAll('%', '%2525') },
  { name: 'percent, some characters', write: (s) => characters(s, (c) => (/[a-m]/.test(c) ? `%${codeHex(c)}` : c)) },
  { name: 'plus signs for spaces', write: (s) => `note=${Array.from(s.match(/.{1,6}/g) ?? []).join('+')}` },
  { name: 'JSON \\u escapes', write: (s) => `{"a":"${characters(s, (c) => `\\u00${codeHex(c)}`)}"}` },
  { name: 'JSON \\u escapes in JSON in a string', write: (s) => JSON.stringify({ a: `{"b":"${characters(s, (c) => `\\u00${codeHex(c)}`)}"}` }) },
  { name: 'HTML references', write: (s) => characters(s, (c) => `&#${c.charCodeAt(0)};`) },
  { name: 'HTML references in hex', write: (s) => characters(s, (c) => `&#x${codeHex(c)};`) },
  { name: 'XML CDATA', write: (s) => cut(s, 3).map((part) => `<![CDATA[${part}]]>`).join('') },
  { name: 'UTF-16 little endian with BOM', write: (s) => ({ body: Buffer.from(`\ufeffnote: ${s}`, 'utf16le') }) },
  { name: 'UTF-16 big endian', write: (s) => ({ body: Buffer.from(`note: ${s}.`, 'utf16le').swap16() }) },
  { name: 'UTF-32', write: (s) => ({ body: Buffer.concat(Array.from(`note ${s}`, (c) => Buffer.from([c.charCodeAt(0), 0, 0, 0]))) }) },
  { name: 'invalid UTF-8 around it', write: (s) => ({ body: Buffer.concat([Buffer.from([0xff, 0xc3]), Buffer.from(s), Buffer.from([0xe2, 0x82])]) }) },
  { name: 'reversed', write: (s) => `it: ${Array.from(s).reverse().join('')}` },
  { name: 'upper case', write: (s) => s.toUpperCase() },
  { name: 'zero-width spaces between', write: (s) => Array.from(s).join('\u200b') },
  { name: 'control characters between', write: (s) => Array.from(s).join('\u0007\u0001') },
  { name: 'bidirectional marks between', write: (s) => Array.from(s).join('\u202e\u2066') },
  { name: 'combining marks on it', write: (s) => Array.from(s).join('\u0301') },
  { name: 'exotic spaces between', write: (s) => Array.from(s).join('\u2003\u00a0') },
  { name: 'dots between', write: (s) => Array.from(s).join('.') },
  { name: 'full-width letters', write: fullWidth },
  { name: 'mathematical letters', write: (s) => characters(s, (c) => (/[a-z]/.test(c) ? String.fromCodePoint(0x1d41a + c.charCodeAt(0) - 97) : c)) },
  { name: 'homoglyphs', write: (s) => characters(s, (c) => homoglyphs[c] ?? c) },
  { name: 'full-width letters as percent escapes', write: (s) => encodeURIComponent(fullWidth(s)) },
  { name: 'split over two JSON fields', write: (s) => JSON.stringify(Object.fromEntries(cut(s, 2).map((part, i) => [`field${i}`, part]))) },
  { name: 'split over six JSON fields', write: (s) => JSON.stringify(Object.fromEntries(cut(s, 6).map((part, i) => [`field${i}`, part]))) },
  { name: 'split over a JSON list', write: (s) => JSON.stringify({ list: cut(s, 12) }) },
  { name: 'split over JSON keys', write: (s) => JSON.stringify(Object.fromEntries(cut(s, 4).map((part) => [`${part}`, 'value of this']))) },
  { name: 'split over four form fields', write: (s) => cut(s, 4).map((part, i) => `field${i}=${part}`).join('&') },
  { name: 'split strings of code', write: (s) => cut(s, 5).map((part) => JSON.stringify(part)).join(' + ') },
  { name: 'split over multipart fields', write: (s) => multipart(cut(s, 3).map((part, i) => [`Content-Disposition: form-data; name="f${i}"`, part])) },
  { name: 'multipart file', write: (s) => multipart([['Content-Disposition: form-data; name="f"; filename="a.png"\r\nContent-Type: image/png', `PNG ${s}`]]) },
  { name: 'multipart filename', write: (s) => multipart([[`Content-Disposition: form-data; name="f"; filename="${s}.txt"`, 'nothing here']]) },
  { name: 'multipart part in base64', write: (s) => multipart([['Content-Disposition: form-data; name="f"\r\nContent-Transfer-Encoding: base64', base64(`the ${s}`)]]) },
  { name: 'nested multipart', write: (s) => multipart([['Content-Type: multipart/mixed; boundary=inner', `--inner\r\n\r\n${s}\r\n--inner--`]]) },
  { name: 'gzip file in a multipart body', write: (s) => ({ body: Buffer.concat([Buffer.from('--b\r\nContent-Type: application/gzip\r\n\r\n'), gzipSync(`a ${s}`), Buffer.from('\r\n--b--\r\n')]) }) },
  { name: 'decimal bytes in a list', write: (s) => JSON.stringify(Array.from(Buffer.from(s))) },
  { name: 'half of it only', write: (s) => `half ${s.slice(0, Math.ceil(s.length / 2) + 2)} of it` },
  { name: 'content type that lies', write: (s) => ({ body: Buffer.from(`\x89PNG\r\n${s}`, 'latin1'), contentType: 'image/png' }) },
  { name: 'gzip', write: (s) => ({ body: gzipSync(`it ${s}`), contentEncoding: 'gzip' }) },
  { name: 'gzip of two members', write: (s) => ({ body: Buffer.concat([gzipSync('first'), gzipSync(s)]), contentEncoding: 'gzip' }) },
  { name: 'gzip without a label', write: (s) => ({ body: gzipSync(`it ${s}`) }) },
  { name: 'deflate with a zlib header', write: (s) => ({ body: deflateSync(`it ${s}`), contentEncoding: 'deflate' }) },
  { name: 'deflate without a header', write: (s) => ({ body: deflateRawSync(`it ${s}`), contentEncoding: 'deflate' }) },
  { name: 'brotli', write: (s) => ({ body: brotliCompressSync(`it ${s}`), contentEncoding: 'br' }) },
  { name: 'two codings', write: (s) => ({ body: brotliCompressSync(gzipSync(`it ${s}`)), contentEncoding: 'gzip, br' }) },
  { name: 'base64 in gzip', write: (s) => ({ body: gzipSync(base64(`it ${s}`)), contentEncoding: 'gzip' }) },
  { name: 'ROT13', beyond: true, write: (s) => characters(s, (c) => (/[a-z]/i.test(c) ? String.fromCharCode(c.charCodeAt(0) + (/[a-m]/i.test(c) ? 13 : -13)) : c)) },
  { name: 'XOR, then hex', beyond: true, write: (s) => Array.from(Buffer.from(s), (byte) => (byte ^ 0x2a).toString(16).padStart(2, '0')).join('') },
  { name: 'every second character', beyond: true, write: (s) => `${Array.from(s).filter((_, i) => i % 2 === 0).join('')} ${Array.from(s).filter((_, i) => i % 2 === 1).join('')}` },
];

/** The same for every evasion: bytes and labels. */
export function sent(evasion: Evasion, secret: string): Sent {
  const written = evasion.write(secret);
  return typeof written === 'string' ? { body: Buffer.from(written) } : written;
}
