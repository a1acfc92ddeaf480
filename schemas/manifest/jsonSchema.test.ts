import { describe, expect, test } from 'vitest';
import { manifestJsonSchema, routesFileJsonSchema, type JsonSchema } from './jsonSchema.ts';

/** Every schema of a key, by its path. */
function keysOf(schema: JsonSchema, path = ''): [string, JsonSchema][] {
  const below = (part: JsonSchema['items'] | JsonSchema['additionalProperties'], at: string): [string, JsonSchema][] => (typeof part === 'object' && !Array.isArray(part) ? keysOf(part, at) : []);
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, part]): [string, JsonSchema][] => (typeof part === 'boolean' ? [] : [[`${path}.${key}`, part], ...keysOf(part, `${path}.${key}`)])),
    ...below(schema.items, `${path}[]`),
    ...below(schema.additionalProperties, `${path}.*`),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((part) => below(part, path)),
  ];
}

const all = [
  ['bottle', manifestJsonSchema('bottle')],
  ['agent', manifestJsonSchema('agent')],
  ['routes file', routesFileJsonSchema()],
] as const;

describe.each(all)('the JSON Schema of a %s', (_name, schema) => {
  test('says what each key means', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(keysOf(schema).length).toBeGreaterThan(15);
    expect(keysOf(schema).filter(([, part]) => (part.description ?? '') === '').map(([path]) => path)).toEqual([]);
  });

  test('is plain data without references, and closed wherever keys are listed', () => {
    const text = JSON.stringify(schema);
    expect(JSON.parse(text)).toEqual(schema);
    expect(text).not.toMatch(/"\$ref"|"refused"/);
    expect(keysOf(schema).filter(([, part]) => part.properties !== undefined && part.additionalProperties !== false)).toEqual([]);
  });
});

test('keys that exist only to be refused are not offered', () => {
  const paths = keysOf(manifestJsonSchema('bottle')).map(([path]) => path);
  expect(paths).toContain('.egress.routes[].remove');
  expect(paths.filter((path) => /\.(?:runtime|role)$/.test(path))).toEqual([]);
  expect(keysOf(manifestJsonSchema('agent')).map(([path]) => path)).not.toContain('.git-gate.repos');
});

test('defaults and examples are those of the text, also where reading turns it into something else', () => {
  const parts = new Map(keysOf(manifestJsonSchema('bottle')));
  expect(parts.get('.resources.idle_time')).toMatchObject({ type: 'string', default: 'none', examples: ['45m'] });
  expect(parts.get('.agent_provider.template')).toMatchObject({ default: 'claude' });
  expect(parts.get('.workspace.secret_files')).toMatchObject({ enum: ['hide_ignored', 'hide', 'show'], default: 'hide_ignored' });
  expect(parts.get('.egress.routes[].matches[].paths[].type')).toMatchObject({ enum: ['prefix', 'exact', 'regex'], default: 'prefix' });
});
