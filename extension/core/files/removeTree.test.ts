import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeTree } from './removeTree.ts';

const script = (folder: string, text: string): Buffer => execFileSync('bash', ['-c', `cd "$1" && ${text}`, 'bash', folder]);

test.each([
  ['folders nobody may read', 'mkdir -p a/b && touch a/b/c && chmod 000 a/b && chmod 000 a'],
  ['folders nested deeper than a path may be long, one of them locked', 'for i in {1..30}; do d=$(printf "%0200d" 0); mkdir $d && cd $d || exit 3; done; touch deep; chmod 000 .'],
])('%s are removed, and what a link leads to stays', async (_what, make) => {
  const folder = mkdtempSync(join(tmpdir(), 'remove-tree-'));
  const outside = mkdtempSync(join(tmpdir(), 'remove-tree-outside-'));
  writeFileSync(join(outside, 'stays'), '');
  script(folder, `ln -s '${outside}' link; ${make}`);
  await removeTree(folder);
  expect([existsSync(folder), existsSync(join(outside, 'stays'))]).toEqual([false, true]);
  await removeTree(outside);
  await removeTree(outside);
});
