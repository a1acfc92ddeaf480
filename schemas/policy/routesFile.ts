import { LineCounter, isMap, isNode, isScalar, parseDocument, stringify } from 'yaml';
import type { Document } from 'yaml';
import * as z from 'zod';
import { hintOf, inside } from './issue.ts';
import { routesFileSchema } from './routesSchema.ts';
import type { RoutesFile } from './routesSchema.ts';

export { logLevelSchema, routesFileSchema } from './routesSchema.ts';
export type { LogLevel, RoutesFile } from './routesSchema.ts';

/** A mistake in a routes file, placed where the person wrote it. */
export interface RoutesFileError {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `routes[2].matches[0].methods`; empty for the file itself. */
  readonly key: string;
  /** One sentence; allowed values included. */
  readonly message: string;
  /** What to do about it; empty when the sentence says all. */
  readonly hint: string;
}

export type ParsedRoutesFile =
  | { readonly ok: true; readonly value: RoutesFile }
  | { readonly ok: false; readonly errors: readonly RoutesFileError[] };

/** Larger than any honest policy; keeps a hostile proposal from costing memory. */
const LARGEST_FILE = 512 * 1024;

/** More expressions than any honest policy; each costs milliseconds to compile, and a hostile proposal must not hold us up. */
const MOST_EXPRESSIONS = 200;

/** Reads YAML 1.2 (so also JSON). Aliases, tags and duplicate keys are refused; an empty file has no routes. */
export function parseRoutesFile(text: string): ParsedRoutesFile {
  if (text.length > LARGEST_FILE) return { ok: false, errors: [{ line: 1, column: 1, key: '', message: 'the file is larger than 512 KiB', hint: 'Join routes, or take out what is not used.' }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', schema: 'core', stringKeys: true, uniqueKeys: true, merge: false, strict: true, customTags: [], prettyErrors: false });
  const at = (offset: number, key: string, message: string, hint = ''): RoutesFileError => {
    const position = lines.linePos(offset);
    return { line: Math.max(position.line, 1), column: Math.max(position.col, 1), key, message, hint };
  };
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) return { ok: false, errors: broken.map((error) => at(error.pos[0], '', error.message)) };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 }) ?? {};
  } catch {
    return { ok: false, errors: [at(0, '', 'aliases are not allowed', 'Write the value out.')] };
  }
  if (expressionsIn(value) > MOST_EXPRESSIONS) return { ok: false, errors: [at(0, '', `the file has more than ${MOST_EXPRESSIONS} regular expressions`, 'Write paths as prefixes where that is enough.')] };
  const parsed = routesFileSchema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, errors: problemsOf(parsed.error).map(({ path, key, message, hint }) => at(offsetOf(document, path), key, message, hint)) };
}

/** A mistake in routes that stand in no text. */
export interface RoutesProblem extends Pick<RoutesFileError, 'key' | 'message' | 'hint'> {
  readonly path: readonly PropertyKey[];
}

/** Everything that is wrong with routes made by a program; empty when the proxy would take them. */
export function routesFileProblems(value: unknown): readonly RoutesProblem[] {
  const parsed = routesFileSchema.safeParse(value);
  return parsed.success ? [] : problemsOf(parsed.error);
}

function problemsOf(error: z.ZodError): RoutesProblem[] {
  return inside(error.issues).flatMap((issue) => placesOf(issue).map((path) => ({ path, key: keyText(path), message: sentence(issue), hint: hintFor(issue) })));
}

function expressionsIn(value: unknown): number {
  if (value === 'regex') return 1;
  return typeof value === 'object' && value !== null ? Object.values(value).reduce((sum: number, each) => sum + expressionsIn(each), 0) : 0;
}

/** Where the key of a clause (`routes[0].matches[1].paths`) stands in the text of a routes file; undefined for a fixed rule. */
export function locateClause(text: string, clause: string): { readonly line: number; readonly column: number } | undefined {
  const path = [...clause.matchAll(/[A-Za-z_]+|\[(\d+)\]/g)].map(([key, index]) => (index === undefined ? key : Number(index)));
  if (path[0] !== 'routes') return undefined;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const { line, col } = lines.linePos(offsetOf(document, path));
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The one spelling we write. `parseRoutesFile(printRoutesFile(x))` is `x` again, `log` included. */
export function printRoutesFile(file: RoutesFile): string {
  return stringify({ log: file.log, routes: file.routes }, { lineWidth: 0, aliasDuplicateObjects: false });
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

function placesOf(issue: Issue): readonly Path[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

function sentence(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') return 'unknown key';
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`;
  return issue.message;
}

function hintFor(issue: Issue): string {
  if (issue.code !== 'unrecognized_keys') return hintOf(issue);
  const allowed = knownKeys(issue.path);
  return allowed.length === 0 ? '' : `Allowed here: ${allowed.join(', ')}.`;
}

/** Keys of the map at a path of a routes file, from the schema itself. */
function knownKeys(path: Path): readonly string[] {
  let schema: unknown = routesFileSchema;
  for (const key of path) schema = typeof key === 'number' ? elementOf(inner(schema)) : shapeOf(inner(schema))[String(key)];
  return Object.keys(shapeOf(inner(schema)));
}

function inner(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? inner(schema.unwrap()) : schema;
}

function elementOf(schema: unknown): unknown {
  if (schema instanceof z.ZodUnion) return schema.options.map(elementOf).find((element) => element !== undefined);
  return schema instanceof z.ZodArray ? schema.element : undefined;
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}

function keyText(path: Path): string {
  return path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`), '');
}

/** Where the key stands for a map entry, else where the value does; a missing key is placed at its parent. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = document.getIn(path.slice(0, depth - 1), true);
    const key = path[depth - 1];
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const node = pair === undefined ? document.getIn(path.slice(0, depth), true) : pair.key;
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range[0] ?? 0;
}
