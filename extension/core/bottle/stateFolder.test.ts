import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStateFolder, listSlugs, readMetadata, removeState, stateFolder } from './stateFolder.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'state-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('the state folder', () => {
  it('is for its owner\'s eyes only', async () => {
    const folder = await createStateFolder(home, 'one');
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('is made once', async () => {
    await createStateFolder(home, 'one');
    await expect(createStateFolder(home, 'one')).rejects.toMatchObject({ code: 'busy' });
  });

  it.each(['../evil', 'a/b', '', '.', 'UPPER', 'x'.repeat(41)])('refuses %j as a slug', (slug) => {
    expect(() => stateFolder(home, slug)).toThrow(/not the slug/);
  });

  it('lists what is there and nothing when there is nothing', async () => {
    expect(await listSlugs(home)).toEqual([]);
    await createStateFolder(home, 'b');
    await createStateFolder(home, 'a');
    expect(await listSlugs(home)).toEqual(['a', 'b']);
  });

  it('without readable metadata counts as unfinished', async () => {
    await createStateFolder(home, 'one');
    expect(await readMetadata(home, 'one')).toBeUndefined();
    await removeState(home, 'one', undefined);
    expect(await listSlugs(home)).toEqual([]);
  });
});
