import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A small Node project with one failing test: `node --test` says that the mean of nothing is NaN instead of 0. */
const files = {
  'package.json': `${JSON.stringify({ name: 'bottle-sample', version: '1.0.0', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'README.md': `# Sample

\`npm test\` fails: the mean of no numbers should be 0. Start an agent in a bottle and let it find out why, then review what
it changed and apply it here.
`,
  '.gitignore': 'node_modules/\n.env\n',
  'src/mean.js': `/** The arithmetic mean of some numbers; 0 for none. */
export function mean(numbers) {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum / numbers.length;
}
`,
  'test/mean.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean } from '../src/mean.js';

test('the mean of some numbers', () => assert.equal(mean([1, 2, 6]), 3));
test('the mean of no numbers is 0', () => assert.equal(mean([]), 0));
`,
};

/** Writes the sample where it does not exist yet, as a git repository when git is there. */
export function writeSample(folder) {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    if (existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  if (existsSync(join(folder, '.git'))) return;
  try {
    const git = (...args) => execFileSync('git', ['-C', folder, '-c', 'user.name=Sample', '-c', 'user.email=sample@example.invalid', ...args], { stdio: 'ignore' });
    git('init', '-b', 'main');
    git('add', '.');
    git('commit', '-m', 'A sample with one failing test');
  } catch {
    console.error('git is not there, so the sample is no repository; bottles work all the same');
  }
}
