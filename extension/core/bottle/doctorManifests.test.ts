import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { front } from '../../../test/support/manifests/language.ts';
import { writeTree } from '../../../test/support/workspace/world.ts';
import { shellProvider } from '../providers/shell/shell.ts';
import { manifestChecks } from './doctorManifests.ts';
import { foldersOf } from './folders.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doctor-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const checks = () => manifestChecks({ folders: foldersOf(join(root, 'home'), { uid: 1000, gid: 1000 }, {}), providers: new Map([['shell', shellProvider]]), env: { HOME: join(root, 'person') } });

test('every agent and every bottle has an entry, the broken ones with place, reason and all other reasons', async () => {
  writeTree(root, {
    'home/bottles/good.md': front('agent_provider: {template: shell}\nenv: {A: "${NOT_SET}"}'),
    'home/bottles/unused.md': front('supervise: 1\nagent_provider: {template: shel}'),
    'home/agents/good.md': front('bottle: good'),
    'home/agents/lost.md': front('bottle: god\nskills: [none]'),
    'outside.md': front('bottle: good'),
  });
  symlinkSync(join(root, 'outside.md'), join(root, 'home/agents/link.md'));
  const found = new Map((await checks()).map((check) => [check.id, check]));
  expect([...found.keys()].sort()).toEqual(['manifest.bottle.good', 'manifest.bottle.unused', 'manifest.good', 'manifest.link', 'manifest.lost']);
  expect([...found.values()].filter((check) => check.ok).map((check) => check.detail)).toEqual(['bottle good is valid', 'agent good and its bottle are valid']);
  expect(found.get('manifest.bottle.unused')).toMatchObject({ detail: expect.stringMatching(/bottles\/unused\.md:2:12: supervise must be/), fix: expect.stringMatching(/unused\.md:3:28: There is no provider "shel"/) });
  expect(found.get('manifest.lost')).toMatchObject({ detail: expect.stringMatching(/agents\/lost\.md:2:9: .*Did you mean good\?/), fix: expect.stringContaining('There is no skill "none"') });
  expect(found.get('manifest.link')?.detail).toContain('leaves');
});

test('without an agent it says how to get one', async () => {
  expect(await checks()).toEqual([{ id: 'manifests', ok: true, detail: 'no agent is defined yet', fix: expect.stringContaining('Create Starter') }]);
});
