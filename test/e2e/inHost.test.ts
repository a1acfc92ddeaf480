import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { runInHost } from '../support/vscode/inHost.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottle-inhost-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const workspace = join(folder, 'workspace');
mkdirSync(workspace);
writeFileSync(join(workspace, 'readme.txt'), 'A folder to work on.\n');

// Suites run once, while tests are collected; each of their tests is one of ours then.
const bundle = inject('inHostBundle');
const results = await runInHost({ extension: dirname(dirname(bundle)), bundle, workspace, folder: join(folder, 'server'), env: { BOT_BOTTLE_HOME: join(folder, 'home') } });

describe('inside the extension host', () => {
  test('there are tests', () => expect(results.length).toBeGreaterThan(0));
  test.each(results)('$title', ({ error }) => expect(error).toBeNull());
});
