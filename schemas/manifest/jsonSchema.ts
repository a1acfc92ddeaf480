import * as z from 'zod';
import { routesFileSchema } from '../policy/routesFile.ts';
import { agentSchema } from './agent.ts';
import { bottleSchema } from './bottle.ts';
import { routeKeyDocs, routesFileKeyDocs, type KeyDoc } from './routeKeys.ts';

/** A JSON Schema (draft 2020-12) of plain data, references resolved, with `description`, `default` and `examples` on keys. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

const roots = { agent: agentSchema, bottle: bottleSchema } as const;

/** What the frontmatter of an agent or bottle may hold: what completion and hovers show. Refused keys are left out. */
export function manifestJsonSchema(kind: 'agent' | 'bottle'): JsonSchema {
  const title = kind === 'agent' ? 'Frontmatter of a Bot Bottle agent' : 'Frontmatter of a Bot Bottle bottle';
  return { ...schemaOf(roots[kind], routeDocsBelow('egress.routes[].')), title };
}

/** What `egress/routes.yaml` may hold. */
export function routesFileJsonSchema(): JsonSchema {
  return { ...schemaOf(routesFileSchema, { ...routesFileKeyDocs, ...routeDocsBelow('routes[].') }), title: 'Egress routes of a Bot Bottle bottle' };
}

/** Words by key path, `[]` for the entries of a list. */
type Words = Readonly<Record<string, KeyDoc>>;

function routeDocsBelow(path: string): Words {
  return Object.fromEntries(Object.entries(routeKeyDocs).map(([key, words]) => [`${path}${key}`, words]));
}

function schemaOf(schema: z.ZodType, words: Words): JsonSchema {
  const made = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    // Written default and examples are those of the input, also where reading turns it into something else.
    override: ({ zodSchema, jsonSchema }) => void Object.assign(jsonSchema, z.globalRegistry.get(zodSchema)),
  });
  return explained(made, '', words);
}

/** The schema of a path with refused keys dropped, and the words for the policy's keys put in. */
function explained(schema: JsonSchema, path: string, words: Words): JsonSchema {
  return { ...pruned(schema, path, words), ...words[path] };
}

function pruned(schema: JsonSchema, path: string, words: Words): JsonSchema {
  const below = (one: z.core.JSONSchema._JSONSchema, at: string): z.core.JSONSchema._JSONSchema => (typeof one === 'boolean' ? one : explained(one, at, words));
  const result: JsonSchema = { ...schema };
  if (schema.properties !== undefined) {
    const kept = Object.entries(schema.properties).filter(([, one]) => typeof one === 'boolean' || one['refused'] !== true);
    result.properties = Object.fromEntries(kept.map(([key, one]) => [key, below(one, path === '' ? key : `${path}.${key}`)]));
  }
  if (typeof schema.items === 'object' && !Array.isArray(schema.items)) result.items = below(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') result.additionalProperties = below(schema.additionalProperties, `${path}.*`);
  for (const word of ['anyOf', 'oneOf'] as const) {
    const some = schema[word];
    if (some !== undefined) result[word] = some.map((one) => (typeof one === 'boolean' ? one : pruned(one, path, words)));
  }
  return result;
}
