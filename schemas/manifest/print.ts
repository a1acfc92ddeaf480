import { doubtOf, invisible } from './scalars.ts';

/** What frontmatter consists of. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** A manifest with these keys and this body, in block style. `parseManifest` reads the same data and body out of it. */
export function printManifest(data: { readonly [key: string]: Plain }, body: string): string {
  const lines = Object.keys(data).length === 0 ? ['{}'] : printLines(data, '');
  return `---\n${lines.join('\n')}\n---\n${body}`;
}

/** A value in block style, each line behind `pad`; entries of maps and lists one a line, lists of words in brackets. */
export function printLines(value: Plain, pad: string): string[] {
  const short = inOneLine(value);
  if (short !== undefined) return [`${pad}${short}`];
  const deeper = `${pad}  `;
  if (isList(value)) return value.flatMap((item) => printLines(item, deeper).map((line, index) => (index === 0 ? `${pad}- ${line.slice(deeper.length)}` : line)));
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const one = inOneLine(item);
    return one === undefined ? [`${pad}${printText(key)}:`, ...printLines(item, deeper)] : [`${pad}${printText(key)}: ${one}`];
  });
}

function inOneLine(value: Plain): string | undefined {
  if (typeof value !== 'object') return printScalar(value);
  if (!isList(value)) return Object.keys(value).length === 0 ? '{}' : undefined;
  const words = value.map((item) => (typeof item === 'object' ? undefined : printScalar(item)));
  return words.includes(undefined) ? undefined : `[${words.join(', ')}]`;
}

/** A scalar so that it reads as what it is. */
export function printScalar(value: string | number | boolean): string {
  return typeof value === 'string' ? printText(value) : String(value);
}

const harmless = /^[A-Za-z_](?:[A-Za-z0-9_./@+*-]|:(?=[A-Za-z0-9/]))*(?: (?:[A-Za-z0-9_./@+*-]|:(?=[A-Za-z0-9/]))+)*$/;

function printText(text: string): string {
  if (harmless.test(text) && doubtOf(text) === undefined && text !== 'true' && text !== 'false') return text;
  // YAML has an escape of eight digits for what needs two units here.
  const escaped = (char: string): string => (char.length === 1 ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : `\\U${(char.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`);
  return JSON.stringify(text).replace(new RegExp(invisible, 'gu'), escaped);
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
