import type { Position } from './position.ts';

/** The two halves of a Markdown file with frontmatter; offsets count UTF-16 units from the start of the whole text. */
export interface Frontmatter {
  readonly yaml: string;
  readonly yamlOffset: number;
  readonly body: string;
  readonly bodyOffset: number;
}

/** Why a text has no usable frontmatter, and where. */
export interface FrontmatterFault extends Position {
  readonly message: string;
}

const marker = /^---[ \t]*$/;

/** Splits `---`, YAML, `---`, body. The opening marker must be the first line; a byte order mark before it is fine. */
export function splitFrontmatter(text: string): Frontmatter | FrontmatterFault {
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  const first = lineAt(text, start);
  if (!marker.test(first.text)) {
    return { line: 1, column: 1, message: 'does not start with a line "---": a manifest is YAML between two such lines, then text.' };
  }
  for (let at = first.next; at < text.length; ) {
    const line = lineAt(text, at);
    if (marker.test(line.text)) {
      return { yaml: text.slice(first.next, at), yamlOffset: first.next, body: text.slice(line.next), bodyOffset: line.next };
    }
    at = line.next;
  }
  return { line: 1, column: 1, message: 'opens its frontmatter with "---" but never closes it with a second line "---".' };
}

function lineAt(text: string, from: number): { readonly text: string; readonly next: number } {
  const end = text.indexOf('\n', from);
  const stop = end === -1 ? text.length : end;
  const trimmed = text[stop - 1] === '\r' && stop > from ? stop - 1 : stop;
  return { text: text.slice(from, trimmed), next: end === -1 ? text.length : end + 1 };
}

/** Line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}
