import * as z from 'zod';
import { agentSchema } from '../../../schemas/manifest/agent.ts';
import { bottleSchema, manifestName } from '../../../schemas/manifest/bottle.ts';
import { checkManifest } from '../../../schemas/manifest/check.ts';
import { parseManifest } from '../../../schemas/manifest/parse.ts';
import type { ManifestProblem } from '../../../schemas/manifest/position.ts';
import { printManifest, type Plain } from '../../../schemas/manifest/print.ts';
import { BottleError } from '../errors.ts';
import { invalidManifest } from './problems.ts';

/** A manifest to be written. */
export interface MigratedFile {
  readonly kind: 'agents' | 'bottles';
  readonly name: string;
  readonly text: string;
}

/** The manifests that an old file stands for, and what of it was left out. */
export interface Migration {
  readonly files: readonly MigratedFile[];
  readonly notes: readonly string[];
}

const plain: z.ZodType<Plain> = z.lazy(() => z.union([z.string(), z.number(), z.boolean(), z.array(plain), z.record(z.string(), plain)], { error: 'must be text, a number, true or false, a list or a map.' }));
const entries = z.record(manifestName, z.record(z.string(), plain, { error: 'must be a map.' }));
const legacySchema = z.strictObject({ bottles: entries.default({}), agents: entries.default({}) });

/**
 * Turns an old file into manifests: `bottles` and `agents` by name with the keys they have today, `prompt` of an agent as
 * the text below. `runtime` is left out with a note. Throws `manifest-invalid` for what the language would not take, so
 * that either everything is migrated or nothing.
 */
export function migrate(file: string, text: string): Migration {
  const { bottles, agents } = legacyData(file, text);
  const notes: string[] = [];
  const files = [
    ...Object.entries(bottles).map(([name, written]): MigratedFile => {
      const { runtime, ...data } = written;
      if (runtime !== undefined) notes.push(`bottles.${name}.runtime was left out: the host picks the backend (--backend or BOT_BOTTLE_BACKEND).`);
      return { kind: 'bottles', name, text: printManifest(data, '') };
    }),
    ...Object.entries(agents).map(([name, written]): MigratedFile => {
      const { prompt = '', ...data } = written;
      if (typeof prompt !== 'string') throw invalidManifest([problem(file, `agents.${name}.prompt`, 'must be text.')]);
      return { kind: 'agents', name, text: printManifest(data, prompt === '' ? '' : `${prompt.trimEnd()}\n`) };
    }),
  ];
  const problems = files.flatMap((one) => problemsOf(file, one));
  if (problems.length > 0) throw invalidManifest(problems);
  return { files, notes };
}

function legacyData(file: string, text: string): z.infer<typeof legacySchema> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new BottleError('manifest-invalid', `${file} is not JSON.`, { cause });
  }
  const read = legacySchema.safeParse(data);
  if (read.success) return read.data;
  throw invalidManifest(read.error.issues.map((issue) => problem(file, issue.path.join('.'), sentence(issue))));
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `holds ${issue.keys.join(', ')}: an old file has bottles and agents.`;
  return issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

/** What the language says about a manifest, told at its keys in the old file. */
function problemsOf(file: string, { kind, name, text }: MigratedFile): readonly ManifestProblem[] {
  const source = parseManifest(file, text);
  const checked = source.ok ? checkManifest<unknown>(source.value, kind === 'agents' ? agentSchema : bottleSchema) : source;
  return checked.ok ? [] : checked.problems.map(({ key, message }) => problem(file, [kind, name, key].filter((part) => part !== '').join('.'), message));
}

function problem(file: string, key: string, message: string): ManifestProblem {
  return { file, key, message, line: 1, column: 1 };
}
