import { describe, expect, test } from 'vitest';
import { joinedFields } from './form.ts';
import { createScanner, detectorsOf } from './scanner.ts';

const joined = (body: string): string | undefined => joinedFields(Buffer.from(body))?.toString().replace(/[\r\n]+/g, '');
const part = (content: string, head = 'Content-Disposition: form-data; name="f"\r\n'): string => `--frontier\r\n${head}\r\n${content}\r\n`;

describe('parts of a multipart body are joined', () => {
  test.each([
    ['as usual', `${part('one')}${part('two')}--frontier--\r\n`, 'onetwo'],
    ['without fields', `${part('one', '')}${part('two', '')}--frontier--`, 'onetwo'],
    ['with line feeds alone', `${part('one')}${part('two')}--frontier--`.replaceAll('\r', ''), 'onetwo'],
    ['with white space behind the boundary', `${part('one')}${part('two')}--frontier--`.replaceAll('frontier\r', 'frontier \t\r'), 'onetwo'],
    ['behind a preamble', `nobody reads this\r\n${part('one')}${part('two')}--frontier--`, 'onetwo'],
    ['without an end', `${part('one')}--frontier\r\n\r\ntwo`, 'onetwo'],
    ['without an empty line', `${part('one')}--frontier\r\ntwo`, 'onetwo'],
    ['whatever looks like a boundary inside', `${part('on --frontier\r\n--frontiere')}${part('two')}`, 'on --frontier--frontieretwo'],
    ['long ones by their ends', `${part(`one${'-'.repeat(5000)}`)}${part('two')}`, `one${'-'.repeat(1019)}two`],
  ])('%s', (_what, body, text) => {
    expect(joined(body)).toBe(text);
  });

  test('however many they are', () => {
    const body = Array.from({ length: 20_000 }, (_, i) => part(i % 2000 === 0 ? 'x' : '', '')).join('');
    expect(joined(body)).toBe('x'.repeat(10));
  });
});

describe('goes on as it is:', () => {
  const rule = '-'.repeat(79);
  test.each([
    ['Markdown with front matter and lines', `---\ntitle: report\n---\n${`${rule}\nsome text of a report, line\n`.repeat(400)}`],
    ['Markdown that begins with a line', `${rule}\nsome text\n`.repeat(11_000)],
    ['a file of many YAML documents', `---\n${'a: b\n---\n'.repeat(10_050)}`],
    ['a table', `${rule}\na: b\n${rule}\n`.repeat(5000)],
    ['a diff', '--- a/file\n+++ b/file\n@@ -1 +1 @@\n-x\n+y\n'.repeat(11_000)],
  ])('%s', async (_what, text) => {
    const scan = createScanner([]).body({ host: 'evil.test', detectors: detectorsOf(undefined) });
    const steps = [await scan.push(Buffer.from(text)), await scan.end()];
    expect(steps.flatMap(({ findings }) => findings)).toEqual([]);
    expect(steps.map(({ refusal }) => refusal)).toEqual([undefined, undefined]);
    expect(Buffer.concat(steps.flatMap(({ release }) => release)).toString()).toBe(text);
  });
});
