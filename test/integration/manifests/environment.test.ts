// What a bottle's `env` becomes at a start, through the whole core; the backend fences nothing and records what it is told.
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BottleSpec } from '../../../extension/core/backends/backend.ts';
import { createFakeBackend } from '../../../extension/core/backends/fake/backend.ts';
import { foldersOf } from '../../../extension/core/bottle/folders.ts';
import { createBottles } from '../../../extension/core/bottle/service.ts';
import { silentLog, silentProgress, systemClock } from '../../../extension/core/ports.ts';
import { shellProvider } from '../../../extension/core/providers/shell/shell.ts';
import { writeTree } from '../../support/workspace/world.ts';

const hostValue = 'host-value-8f2c';
const typedValue = 'typed-value-51ab';
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bottle-env-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Started {
  readonly env: Readonly<Record<string, string>>;
  readonly spec: BottleSpec;
  readonly questions: readonly string[];
  readonly written: string;
}

/** Starts the bottle and ends it; what it was told, what was asked, and every byte that lay in the home meanwhile. */
async function started(env: string): Promise<Started> {
  writeTree(root, { 'ws/readme.txt': 'x', 'home/agents/dev.md': '---\nbottle: dev\n---\n', 'home/bottles/dev.md': `---\nagent_provider: {template: shell}\nenv:\n${env}\n---\n` });
  const [home, workspace] = [join(root, 'home'), join(root, 'ws')];
  const self = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  const fake = createFakeBackend();
  const specs: BottleSpec[] = [];
  const backend: typeof fake = {
    ...fake,
    probe: async () => [],
    start: (spec, ...rest) => {
      specs.push(spec);
      return fake.start(spec, ...rest);
    },
  };
  const questions: string[] = [];
  const bottles = createBottles({
    folders: foldersOf(home, self, {}),
    self,
    env: { HOME: root },
    secrets: { get: async (name) => (name === 'FROM_HOST' ? hostValue : undefined) },
    ask: {
      secret: async (name, prompt) => {
        questions.push(`${name}: ${prompt}`);
        return typedValue;
      },
    },
    log: silentLog,
    clock: systemClock,
    backends: new Map([[backend.name, backend]]),
    providers: new Map([[shellProvider.name, shellProvider]]),
  });
  const signal = new AbortController().signal;
  const plan = await bottles.plan({ agent: 'dev', workspace, backend: 'fake' }, signal);
  expect(JSON.stringify(plan.shown)).not.toMatch(new RegExp(`${hostValue}|${typedValue}`));
  const { slug } = await bottles.start(plan, silentProgress, signal);
  const written = contents(home);
  await bottles.stop(slug, { discardChanges: true });
  const [spec] = specs;
  if (spec === undefined) throw new Error('nothing was started');
  return { env: spec.env, spec, questions, written };
}

function contents(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

describe('env at a start', () => {
  test('F017 a question is asked with its text, and the answer is the value', async () => {
    const { env, questions, written } = await started('  PASSWORD: "?Password of the test database"');
    expect(questions).toEqual(['PASSWORD: Password of the test database']);
    expect(env['PASSWORD']).toBe(typedValue);
    expect(written).not.toContain(typedValue);
  });

  test('F018 a host variable gives its value, which is in no file and no argument', async () => {
    const { env, spec, written } = await started('  TOKEN: ${FROM_HOST}');
    expect(env['TOKEN']).toBe(hostValue);
    expect(JSON.stringify([spec.argv, spec.files])).not.toContain(hostValue);
    expect(written).toContain('FROM_HOST');
    expect(written).not.toContain(hostValue);
  });

  test('an unset host variable stops the start and is named', async () => {
    await expect(started('  A: one\n  TOKEN: ${NOT_SET_HERE}')).rejects.toMatchObject({ code: 'credential-missing', message: expect.stringContaining('NOT_SET_HERE') });
    expect(readdirSync(join(root, 'home')).sort()).toEqual(['agents', 'bottles']);
  });

  test('F019 a literal reaches the agent unchanged', async () => {
    const { env } = await started('  A: "  a $B ${C} \\u00fc\\t\\"q\\" "\n  B: "??x"\n  C: "$${x}"\n  D: |\n    two\n    lines');
    expect(env).toMatchObject({ A: '  a $B ${C} ü\t"q" ', B: '?x', C: '${x}', D: 'two\nlines\n' });
  });
});
