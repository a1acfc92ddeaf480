import { manifestJsonSchema, type JsonSchema } from '../../../../schemas/manifest/jsonSchema.ts';
import type { ManifestPlace } from './place.ts';
import type { KeyPath } from './tree.ts';

/** What the schema says about one place of a manifest. */
export type Shape = JsonSchema;

/** The whole of an agent's or a bottle's file. */
export function shapeOf(kind: ManifestPlace['kind']): Shape {
  return manifestJsonSchema(kind);
}

/** Everything the schema allows at a path: one shape, several where it has alternatives, none where nothing may be. */
export function shapesAt(root: Shape, path: KeyPath): readonly Shape[] {
  return path.reduce<readonly Shape[]>((shapes, part) => shapes.flatMap((shape) => alternatives(below(shape, part))), alternatives(root));
}

function below(shape: Shape, part: string | number): Shape | undefined {
  if (typeof part === 'number') return only(shape.items);
  return only(own(shape.properties, part)) ?? only(shape.additionalProperties);
}

function alternatives(shape: Shape | undefined): readonly Shape[] {
  if (shape === undefined) return [];
  const either = shape.anyOf ?? shape.oneOf;
  if (either === undefined) return [shape];
  // What is said of all alternatives is said of each.
  return either.flatMap((one) => alternatives(only(one))).map((one) => ({ ...(shape.description === undefined ? {} : { description: shape.description }), ...(shape.default === undefined ? {} : { default: shape.default }), ...one }));
}

/** Keys that may be written in a map of these shapes, in the schema's order. Keys that are only refused are left out. */
export function keysOf(shapes: readonly Shape[]): ReadonlyMap<string, Shape> {
  const keys = new Map<string, Shape>();
  for (const shape of shapes) {
    for (const [name, value] of Object.entries(shape.properties ?? {})) {
      const one = only(value);
      if (one !== undefined && one.not === undefined && !keys.has(name)) keys.set(name, one);
    }
  }
  return keys;
}

/** Words of a closed list, booleans included; empty where anything may be written. */
export function wordsOf(shapes: readonly Shape[]): readonly (string | number | boolean)[] {
  const words = shapes.flatMap((shape) => {
    if (shape.enum !== undefined) return shape.enum;
    if (shape.const !== undefined) return [shape.const];
    return shape.type === 'boolean' ? [true, false] : [];
  });
  return [...new Set(words)].filter((word) => typeof word === 'string' || typeof word === 'number' || typeof word === 'boolean');
}

/** Whether one of the shapes is of this type. */
export function takes(shapes: readonly Shape[], type: 'string' | 'object' | 'array' | 'boolean' | 'integer'): boolean {
  return shapes.some((shape) => (Array.isArray(shape.type) ? shape.type.includes(type) : shape.type === type));
}

/** The documentation of a place, as the schema has it. */
export function describe(shapes: readonly Shape[]): string | undefined {
  return shapes.find((shape) => shape.description !== undefined)?.description;
}

function only(value: unknown): Shape | undefined {
  return isShape(value) ? value : undefined;
}

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(properties: Shape['properties'], name: string): unknown {
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
}
