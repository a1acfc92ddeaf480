import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeId, knownHomeId } from './homeId.ts';

describe('the id of a home', () => {
  let folder: string;
  let state: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'home-id-'));
    state = join(folder, 'state');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made once, also by several starts at the same moment', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => homeId(state)));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(await homeId(state)).toBe(ids[0]);
    expect(await knownHomeId(state)).toBe(ids[0]);
    expect(readdirSync(state)).toEqual(['.home-id']);
  });

  it('is another one for a home that was made anew at the same place', async () => {
    const first = await homeId(state);
    rmSync(state, { recursive: true });
    expect(await knownHomeId(state)).toBeUndefined();
    expect(await homeId(state)).not.toBe(first);
  });

  it('is another one for a copy of the home', async () => {
    const first = await homeId(state);
    cpSync(state, join(folder, 'copy'), { recursive: true, verbatimSymlinks: true });
    expect(await homeId(join(folder, 'copy'))).not.toBe(first);
  });
});
