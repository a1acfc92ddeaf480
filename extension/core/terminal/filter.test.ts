import { Terminal } from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { TerminalFilter } from './filter.ts';

function filtered(text: string, cut?: number): string {
  const filter = new TerminalFilter();
  const bytes = Buffer.from(text, 'utf8');
  const out: Buffer[] = [];
  const size = cut ?? Math.max(1, bytes.length);
  for (let at = 0; at < bytes.length; at += size) out.push(Buffer.from(filter.push(bytes.subarray(at, at + size))));
  return Buffer.concat(out).toString('utf8');
}

const st = '\x1b\\';

const passes: readonly (readonly [string, string])[] = [
  ['plain text, tabs, bells and line ends', 'a\tb\x07\r\nc\x08\x7f'],
  ['text beyond ASCII', 'äöü ─│╭ 日本語 🍾 é'],
  // Their bytes after the first are those of 8-bit controls.
  ['text whose bytes look like controls', '─━╌▀█▛ \u2019\u201c\u201d\u2026 ÀÝÜ ܛ ⛐⛛⛝ 👛👝👐👜👨\u200d👩\u200d👧 ᛛ 䛝\u00a0\ufffd'],
  ['colours', '\x1b[31mred\x1b[0m \x1b[38;2;1;2;3m \x1b[4:3m'],
  ['cursor, erase and scroll', '\x1b[2J\x1b[H\x1b[10;20H\x1b[K\x1b[3S\x1b7\x1b8\x1bM'],
  ['alternate screen, mouse, paste, focus, synchronised output', '\x1b[?1049h\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[?1004h\x1b[?2026h\x1b[?2026l'],
  ['kitty keyboard', '\x1b[>1u\x1b[<u\x1b[?u\x1b[=1;1u\x1b[>4;2m'],
  ['cursor shape, soft reset, mode query', '\x1b[2 q\x1b[!p\x1b[?2026$p'],
  ['cursor position and device attributes', '\x1b[6n\x1b[c\x1b[>c\x1b[>0q'],
  ['character sets', '\x1b(0lqk\x1b(B\x1b)0\x0e\x0f\x1b(%6'],
  ['how terminals are reset', '\x1bc\x1b[!p\x1b[?3;4l\x1b[4l\x1b>\x1b[r\x1b[m\x1b[?7;25h\x1b[?1;3;4;5;6;9;66;1000;1001;1049l\x1b[1;3;4;5;6l\x1b[3g\x1bH\x1b#8'],
  ['cursor and bell of other terminals', '\x1b[?25l\x1b[?1c\x1b[?17;0;64c\x1b[34h\x1b[?12;25h\x1bg\x1b]12;\x07'],
  ['what vim and others ask', '\x1b[?1004h\x1b[?4m\x1b[5n\x1b[?6n\x1b[?996n\x1b[?2031h\x1b[?2048h\x1b[2$p\x1b[0c\x1b[>q\x1b[?1034h'],
  ['far corners', '\x1b[9999;9999H\x1b[65535C\x1b[32766B'],
  ['links to the web', `\x1b]8;;https://example.com/a?b=c\x07text\x1b]8;;\x07\x1b]8;id=1;http://example.com${st}x\x1b]8;;${st}`],
  ['setting and resetting colours', `\x1b]11;#123456\x07\x1b]4;1;rgb:ff/00/00${st}\x1b]104\x07\x1b]110\x07`],
  ['colours by every name', `\x1b]4;1;#abc;255;light sea green\x07\x1b]10;#fff;#000000000000\x07\x1b]17;rgb:1/22/4444${st}\x1b]104;1;2\x07\x1b]111;\x07`],
];

const drops: readonly (readonly [string, string, string?])[] = [
  ['clipboard', `\x1b]52;c;aGVsbG8=\x07`],
  ['clipboard query', `\x1b]52;c;?${st}`],
  ['title and icon', '\x1b]0;t\x07\x1b]1;t\x07\x1b]2;t\x07'],
  ['folder, notifications, shell integration', '\x1b]7;file:///\x07\x1b]9;hi\x07\x1b]777;notify;a;b\x07\x1b]633;E;rm\x07\x1b]133;A\x07\x1b]1337;File=:AAAA\x07\x1b]99;;x\x07'],
  ['colour queries', `\x1b]10;?\x07\x1b]11;?${st}\x1b]4;1;?\x07\x1b]10;#fff;?\x07`],
  ['links that are not to the web', '\x1b]8;;file:///etc/passwd\x07x\x1b]8;;\x07\x1b]8;;command:workbench.action.quit\x07\x1b]8;;vscode://a/b\x07\x1b]8;;javascript:1\x07\x1b]8;;https:\x07', 'x\x1b]8;;\x07'],
  ['window operations and title reports', '\x1b[21t\x1b[20t\x1b[8;1;1t\x1b[2t\x1b[22;0t\x1b[>2t'],
  ['printing, settings and screen checksums', '\x1b[5i\x1b[?4i\x1b[1x\x1b[1;1;1;1;1;1*y\x1b[=c\x1b[?1;1;0S'],
  ['DCS, APC, PM, SOS and the window name', `\x1bP$qm${st}\x1b_Gdata${st}\x1b^pm${st}\x1bXsos${st}\x1bkname${st}`],
  ['8-bit forms in UTF-8', '\u009d52;c;aGk=\u009c\u009b21t\u0090$qm\u009c\u009dx\x07'],
  ['reports of tabs, states, conformance, locator', '\x1b[1$w\x1b[1$u\x1b[62;0"p\x1b[1\'|\x1b[?63;1n\x1b[?15n\x1b[?25n\x1b[?$q'],
  ['other languages, a locked keyboard, a mouse that waits', '\x1b[?2l\x1b[?2;1l\x1b[2h\x1b[12l\x1b[?1001h\x1b[?25;2h\x1b[?5522h'],
  ['who the terminal is', '\x1bZ\u009a'],
  ['numbers that a terminal would count to', '\x1b[2147483647S\x1b[1;100000b\x1b[999999I'],
  ['control sequences in no known form', '\x1b[1?25h\x1b[??25h\x1b[3 1m\x1b[1?m\x1b[<>u\x1b[1$$p'],
  ['colours in no known form', '\x1b]4;1;red\nx\x07\x1b]4;1;r\xe9d\x07\x1b]4;1;\x7f\x07\x1b]04;1;red\x07\x1b]10;\u2028\x07\x1b]104;x\x07\x1b]4;1;red;\x07\x1b]11;rgb:1/2\x07\x1b]11;url(x)\x07'],
  ['links with more than a link', '\x1b]8;;https://a.b/\u202e\x07\x1b]8;;https://a b\x07\x1b]8;a b;https://a.b\x07\x1b]8;;https:///x\x07\x1b]8;;\nhttps://a.b\x07'],
  ['answerback', '\x05'],
  ['leaving UTF-8 and 8-bit replies', '\x1b%@\x1b G'],
  ['a sequence cancelled in the middle', '\x1b]52;c;aGk=\x18'],
  ['a title ended by an 8-bit control', '\x1b]0;title\u0085', '\x1bE'],
  ['a colour ended by an 8-bit control', '\x1b]4;1;red\u009b31m', '\x1b[31m'],
  ['a title ended by another escape', '\x1b]0;title\x1b[31m', '\x1b[31m'],
];

describe('the terminal filter', () => {
  test.each(passes)('passes %s untouched, however the stream is cut', (_name, text) => {
    const normal = text;
    expect(filtered(text)).toBe(normal);
    for (const cut of [1, 2, 3, 7]) expect(filtered(text, cut)).toBe(normal);
  });

  test.each(drops)('takes out %s, however the stream is cut', (_name, text, rest = '') => {
    for (const cut of [undefined, 1, 2, 3, 5]) expect(filtered(`a${text}b`, cut)).toBe(`a${rest}b`);
  });

  test('writes 8-bit colour as its 7-bit form', () => {
    expect(filtered('\u009b31mx\u0085')).toBe('\x1b[31mx\x1bE');
  });

  test('drops raw bytes outside of UTF-8, so that no terminal takes them for controls', () => {
    const filter = new TerminalFilter();
    expect([...filter.push(Uint8Array.of(0x61, 0x9d, 0x35, 0xc0, 0x9b, 0xe0, 0x80, 0x9b, 0xff, 0x62))]).toEqual([0x61, 0x35, 0x62]);
  });

  test('a control character inside an escape leaves text, never a sequence', () => {
    expect(filtered('\x1b\n]52;c;aGk=\x07')).toBe('\n]52;c;aGk=\x07');
    expect(filtered('\x1b[3\n1m')).toBe('3\n1m');
    expect(filtered('\x1b\x7f]0;t\x07')).toBe('\x7f]0;t\x07');
  });

  test('an endless sequence holds neither memory nor the screen for ever', () => {
    const filter = new TerminalFilter();
    filter.push(Buffer.from('\x1b]52;c;'));
    for (let i = 0; i < 40; i++) expect(filter.push(Buffer.alloc(16 * 1024, 0x41)).length).toBe(0);
    for (let i = 0; i < 40; i++) filter.push(Buffer.alloc(16 * 1024, 0x41));
    expect(Buffer.from(filter.push(Buffer.from('alive'))).toString()).toBe('alive');
    expect(filtered(`\x1b[${'1;'.repeat(400)}mtext`)).toContain('text');
  });

  test('shows the same screen as the unfiltered stream for harmless output', async () => {
    for (const [, text] of passes) expect(await screen(filtered(text))).toEqual(await screen(text));
  });

  test('random streams never reach title, clipboard or links outside the web, and never differ by how they are cut', async () => {
    const parts = ['\x1b', '[', ']', '0;', '52;c;', '8;;', 'file:///x', 'https://x.y', '\x07', st, '\u009d', '\u009c', '\u009b', 'P', '_', '\n', '\x18', '21t', '?', '31m', 'é', '🍾', ';', 'a', '633;E;', '\x05', '10;?'];
    let seed = 7;
    const next = (limit: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 1;
      return seed % limit;
    };
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: 30 }, () => parts[next(parts.length)] ?? '').join('');
      const out = filtered(text);
      expect(filtered(text, 1)).toBe(out);
      expect(filtered(out)).toBe(out);
      const seen = await effects(out);
      expect(seen).toEqual([]);
    }
  });

  test('streams 64 MB of coloured text fast', () => {
    const chunk = Buffer.from('\x1b[32m+ added line of code with some text\x1b[0m and more plain text after it ─ ok\r\n'.repeat(800));
    const filter = new TerminalFilter();
    const start = performance.now();
    let bytes = 0;
    for (; bytes < 64 * 1024 * 1024; bytes += chunk.length) filter.push(chunk);
    const speed = bytes / 1024 / 1024 / ((performance.now() - start) / 1000);
    process.stdout.write(`terminal filter: ${speed.toFixed(0)} MB/s\n`);
    expect(bytes).toBeGreaterThan(64 * 1024 * 1024 - 1);
  });
});

async function screen(text: string): Promise<string[]> {
  const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true, logLevel: 'off' });
  await new Promise<void>((done) => terminal.write(text, done));
  const buffer = terminal.buffer.active;
  const lines = Array.from({ length: 24 }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? '');
  terminal.dispose();
  return [...lines, `${buffer.cursorX},${buffer.cursorY},${buffer.type}`];
}

/** Everything a stream did to a terminal beyond its screen. */
async function effects(text: string): Promise<string[]> {
  const seen: string[] = [];
  const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true, logLevel: 'off' });
  terminal.onTitleChange((title) => seen.push(`title ${title}`));
  for (const id of [0, 1, 2, 7, 9, 52, 133, 633, 777, 1337]) {
    terminal.parser.registerOscHandler(id, (data) => {
      seen.push(`osc ${id} ${data}`);
      return true;
    });
  }
  terminal.parser.registerOscHandler(8, (data) => {
    if (!/^[^;]*;(?:https?:\/\/.*)?$/.test(data)) seen.push(`link ${data}`);
    return true;
  });
  terminal.parser.registerCsiHandler({ final: 't' }, () => {
    seen.push('window');
    return true;
  });
  await new Promise<void>((done) => terminal.write(Buffer.from(text, 'utf8'), done));
  terminal.dispose();
  return seen;
}
