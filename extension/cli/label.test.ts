import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Bottles } from '../core/bottle/bottles.ts';
import { mintSlug } from '../core/bottle/slug.ts';
import { processIo, type Io } from './io.ts';
import { freeLabel } from './label.ts';

type Listed = Awaited<ReturnType<Bottles['list']>>[number];
const listed = (slug: string, label: string, state: Listed['state']): Listed => ({
  slug, label, state, agent: 'dev', backend: 'bubblewrap', startedAt: '2026-01-01T00:00:00.000Z', color: null, workspace: { mode: 'copy', host: '/w', guest: '/workspace' }, services: [], pendingProposals: 0, blocked: 0,
});
const bottles = { list: async () => [listed('nightly', 'Nightly', 'running'), listed('done', 'Done', 'exited')] };

/** A terminal where somebody types these lines. */
function terminal(...lines: readonly string[]): { readonly io: Io; readonly said: () => string } {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  let said = '';
  const left = [...lines];
  stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (chunk.toString().includes('Another label: ')) stdin.write(`${left.shift() ?? ''}\r`);
  });
  return { io: { ...processIo(), stdin, stderr }, said: () => said };
}

const scripted: Io = { ...processIo(), stdin: new PassThrough() };

describe('F171 a label that a running bottle has', () => {
  test('is asked for again, with the reason', async () => {
    const { io, said } = terminal('Nightly', 'Fresh');
    expect(await freeLabel({ io, bottles: bottles }, 'Nightly')).toBe('Fresh');
    expect(said().match(/The running bottle nightly has the label "Nightly"\./g)).toHaveLength(2);
  });

  test('starts nothing when no other is given', async () => {
    await expect(freeLabel({ io: terminal('').io, bottles: bottles }, 'Nightly')).rejects.toMatchObject({ code: 'refused' });
  });

  test('stops the start without a terminal', async () => {
    await expect(freeLabel({ io: scripted, bottles: bottles }, 'Nightly')).rejects.toMatchObject({ code: 'conflict', hint: expect.stringContaining('bot-bottle stop nightly') });
  });
});

test('F172 the label of a stopped bottle is free, and its state is not: the new bottle gets a slug of its own', async () => {
  expect(await freeLabel({ io: scripted, bottles: bottles }, 'Done')).toBe('Done');
  expect(mintSlug('Done', 'dev', new Set(['done']))).toMatch(/^done-[a-z2-7]{5}$/);
});
