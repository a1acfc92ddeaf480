import type * as z from 'zod';
import type { JsonSchema } from './jsonSchema.ts';

type Part = z.core.JSONSchema._JSONSchema;

interface Row {
  readonly key: string;
  readonly schema: JsonSchema;
}

/** The keys of a manifest as a Markdown table: what each holds, its default, what it means. */
export function keyTable(schema: JsonSchema): string {
  const rows = below(schema, '').filter((row) => !isForeign(row.schema));
  const lines = rows.map(({ key, schema: one }) => `| \`${key}\` | ${cell(kindOf(one))} | ${cell(defaultOf(one))} | ${cell(meaningOf(one))} |`);
  return ['| key | value | default | meaning |', '|-|-|-|-|', ...lines].join('\n');
}

/** Keys of other programs that are understood and ignored. */
export function foreignKeys(schema: JsonSchema): readonly string[] {
  return below(schema, '').filter((row) => isForeign(row.schema)).map((row) => row.key);
}

function isForeign(schema: JsonSchema): boolean {
  return kindOf(schema) === 'anything';
}

function below(part: Part | undefined, path: string): Row[] {
  if (part === undefined || typeof part === 'boolean') return [];
  const own = Object.entries(part.properties ?? {}).flatMap(([name, one]) => {
    const key = path === '' ? name : `${path}.${name}`;
    return typeof one === 'boolean' ? [] : [{ key, schema: one }, ...below(one, key)];
  });
  const named = typeof part.additionalProperties === 'object' ? [{ key: `${path}.NAME`, schema: part.additionalProperties }, ...below(part.additionalProperties, `${path}.NAME`)] : [];
  const items = Array.isArray(part.items) ? [] : below(part.items, `${path}[]`);
  const rows = [...own, ...named, ...items, ...alternatives(part).flatMap((one) => below(one, path))];
  // Alternatives repeat the key that tells them apart: it holds any of their words.
  return rows
    .filter((row, index) => rows.findIndex((other) => other.key === row.key) === index)
    .map((row) => {
      const same = rows.filter((other) => other.key === row.key).map((other) => other.schema);
      return same.length === 1 ? row : { key: row.key, schema: { ...row.schema, enum: same.flatMap((one) => one.enum ?? (one.const === undefined ? [] : [one.const])) } };
    });
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return (schema.oneOf ?? schema.anyOf ?? []).flatMap((one) => (typeof one === 'boolean' ? [] : [one]));
}

function kindOf(schema: JsonSchema): string {
  const some = alternatives(schema);
  if (some.length > 0) return [...new Set(some.map(kindOf))].join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${String(word)}\``).join(', ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.type === 'array') return Array.isArray(schema.items) || typeof schema.items !== 'object' ? 'list' : `list of ${kindOf(schema.items).replace(/^map$/, 'maps')}`;
  return { string: 'text', integer: 'whole number', number: 'whole number', boolean: 'true or false', object: 'map' }[String(schema.type)] ?? 'anything';
}

function defaultOf(schema: JsonSchema): string {
  return schema.default === undefined ? '' : `\`${typeof schema.default === 'string' ? schema.default : JSON.stringify(schema.default)}\``;
}

function meaningOf(schema: JsonSchema): string {
  const [example] = schema.examples ?? [];
  const shown = example === undefined || typeof example === 'object' || schema.enum !== undefined || typeof example === 'boolean' ? '' : ` Example: \`${String(example)}\`.`;
  return `${schema.description ?? ''}${shown}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
