import { stringify } from 'yaml';
import { describe, type Shape } from './shape.ts';

/** What the schema says about a key, as paragraphs of Markdown: meaning, default, an example. */
export function keyDocumentation(key: string, shapes: readonly Shape[]): readonly string[] {
  const fallback = shapes.find((shape) => shape.default !== undefined)?.default;
  const example: unknown = shapes.find((shape) => shape.examples !== undefined)?.examples?.[0];
  return [
    describe(shapes) ?? '',
    fallback === undefined || fallback === null ? '' : `Default: \`${JSON.stringify(fallback)}\``,
    example === undefined ? '' : `\`\`\`yaml\n${stringify({ [key]: example })}\`\`\``,
  ].filter((part) => part !== '');
}
