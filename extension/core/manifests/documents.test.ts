import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agentSchema } from '../../../schemas/manifest/agent.ts';
import { bottleSchema } from '../../../schemas/manifest/bottle.ts';
import { checkManifest } from '../../../schemas/manifest/check.ts';
import { effectiveBottleWithOrigins } from '../../../schemas/manifest/extends.ts';
import { withKeyTables } from '../../../schemas/manifest/keyDocument.ts';
import { parseManifest } from '../../../schemas/manifest/parse.ts';
import { problemSentence } from '../../../schemas/manifest/position.ts';

const root = new URL('../../../', import.meta.url).pathname;
const document = readFileSync(join(root, 'docs/manifests.md'), 'utf8');

/** What a manifest has wrong, alone; what it names need not exist. */
function complaints(kind: 'agents' | 'bottles', file: string, text: string): readonly string[] {
  const source = parseManifest(file, text);
  if (!source.ok) return source.problems.map(problemSentence);
  if (kind === 'agents') {
    const checked = checkManifest(source.value, agentSchema);
    return checked.ok ? [] : checked.problems.map(problemSentence);
  }
  const checked = checkManifest(source.value, bottleSchema);
  if (!checked.ok) return checked.problems.map(problemSentence);
  const { faults } = effectiveBottleWithOrigins([{ source: source.value, written: checked.value }]);
  return faults.filter((fault) => !fault.message.startsWith('removes ')).map((fault) => fault.message);
}

test('the tables of keys are those of the schema: else run `node scripts/docs.mjs`', () => {
  expect(document).toBe(withKeyTables(document));
  expect(document).toMatch(/\| `resources\.memory` \| text \|/);
});

test('every key has words', () => {
  expect(document.split('\n').filter((line) => line.startsWith('| `') && /\|\s*\|$/.test(line))).toEqual([]);
});

describe('every example is taken by the language', () => {
  const blocks = [...document.matchAll(/```markdown\n([^]*?)```/g)].map((block) => block[1] ?? '');
  test.each(blocks.map((text) => [/^# (\S+) in ~\/\.bot-bottle\/(agents|bottles)$/m.exec(text)?.[2] === 'agents' ? 'agents' : 'bottles', text] as const))('of the document, one of %s', (kind, text) => {
    expect(complaints(kind, 'example.md', text)).toEqual([]);
  });

  test('the document has examples of both', () => {
    expect(blocks).toHaveLength(2);
  });

  const files = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md')).sort();
  test.each(files)('examples/%s', (path) => {
    const folder = path.split('/').at(-2);
    expect(['agents', 'bottles']).toContain(folder);
    expect(complaints(folder === 'agents' ? 'agents' : 'bottles', path, readFileSync(join(root, 'examples', path), 'utf8'))).toEqual([]);
  });
});
