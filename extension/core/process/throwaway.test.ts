import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOrphaned, sweepThrowaways, throwawayName } from './throwaway.ts';
import { startTime } from './startTime.ts';

describe('a throw-away thing', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'throwaway-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The name that a process which has ended would have given. */
  async function nameOfTheDead(): Promise<string> {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    const name = throwawayName('probe').replace(`-${process.pid}-`, `-${child.pid}-`).replace(`-${startTime(process.pid)}-`, `-${startTime(child.pid ?? 0)}-`);
    expect(isOrphaned(name)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    return name;
  }

  it('belongs to a living process until that has ended', async () => {
    expect(isOrphaned(throwawayName('overlay'))).toBe(false);
    expect(isOrphaned(await nameOfTheDead())).toBe(true);
  });

  it('is told from one of a later process with the same number', () => {
    expect(isOrphaned(throwawayName('probe').replace(`-${startTime(process.pid)}-`, '-1-'))).toBe(true);
  });

  it('is left alone when its maker cannot be seen from here, and so is everything with another name', () => {
    const foreign = throwawayName('probe').replace(/probe-[0-9]+/, 'probe-12345').replace(`-${startTime(process.pid)}-`, '-1-');
    for (const name of [foreign, 'bot-bottle-probe-', 'bot-bottle-other-1-2-3-aabbccddeeff', `${throwawayName('probe')}x`, '..']) expect(isOrphaned(name)).toBe(false);
  });

  it('is swept with all it holds, also a folder that nobody may enter', async () => {
    const dead = await nameOfTheDead();
    const alive = throwawayName('probe');
    for (const path of [join(dead, 'work', 'work', 'index'), alive, 'bot-bottle-mine']) mkdirSync(join(folder, path), { recursive: true });
    expect(await sweepThrowaways(folder)).toEqual([dead]);
    expect([dead, alive, 'bot-bottle-mine'].map((name) => existsSync(join(folder, name)))).toEqual([false, true, true]);
  });
});
