import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BottleMetadata } from '../../../schemas/protocol/bottle.ts';
import { createStateFolder, removeState, writeMetadata } from '../bottle/stateFolder.ts';
import { keepUsage, routeUsage } from './usage.ts';

let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'usage-'))));
afterEach(() => rm(home, { recursive: true }));

const metadata = (slug: string, bottle = 'dev'): BottleMetadata => ({
  version: 1, slug, agent: 'a', bottle, provider: 'shell', backend: 'fake', label: '', color: null, startedAt: '2026-01-02T03:04:05.678Z',
  state: 'running', exitCode: null, workspace: { mode: 'copy', host: '/w', guest: '/w', hidden: [] }, owner: { uid: 1, gid: 1 }, scratch: join(home, slug), handle: {},
});

async function bottle(slug: string, hits: number, name = 'dev'): Promise<BottleMetadata> {
  const folder = await createStateFolder(home, slug);
  await writeMetadata(home, metadata(slug, name));
  const route = { hits, blocked: 0, bytesUp: hits, bytesDown: 0, lastUse: hits === 0 ? null : '2026-01-02T03:05:00.000Z' };
  await writeFile(join(folder, 'egress', 'usage.json'), JSON.stringify({ version: 1, allowed: hits, blocked: 0, routes: { 'x.test': route } }));
  return metadata(slug, name);
}

it('a bottle that never ran has no use', async () => {
  expect(await routeUsage(home, 'dev')).toEqual({ sessions: 0, routes: [] });
});

it('running bottles of that manifest count, others do not', async () => {
  await bottle('one', 3);
  await bottle('two', 4);
  await bottle('other', 100, 'another');
  expect(await routeUsage(home, 'dev')).toMatchObject({ sessions: 2, routes: [{ route: 'x.test', hits: 7, unusedSessions: 0 }] });
});

it('what is kept survives the state of its bottle and is not counted twice', async () => {
  const of = await bottle('one', 3);
  await Promise.all([keepUsage(home, of), keepUsage(home, of)]);
  expect(await routeUsage(home, 'dev')).toMatchObject({ sessions: 1, routes: [{ hits: 3 }] });
  await removeState(home, 'one', undefined);
  expect(await routeUsage(home, 'dev')).toMatchObject({ sessions: 1, routes: [{ hits: 3 }] });
});

it('bottles that end at the same time are all counted', async () => {
  const all = await Promise.all([1, 2, 3, 4, 5].map((hits) => bottle(`b${hits}`, hits)));
  await Promise.all(all.map((of) => keepUsage(home, of)));
  for (const { slug } of all) await removeState(home, slug, undefined);
  expect(await routeUsage(home, 'dev')).toMatchObject({ sessions: 5, routes: [{ hits: 15 }] });
});

it('a damaged file of a bottle counts as nothing, and keeps nothing', async () => {
  const of = await bottle('one', 3);
  await writeFile(join(home, 'state', 'one', 'egress', 'usage.json'), '{"version":1,"routes":{"x":{"hits":-1}}}');
  await keepUsage(home, of);
  expect(await routeUsage(home, 'dev')).toEqual({ sessions: 0, routes: [] });
  await expect(readFile(join(home, 'usage', 'dev.json'))).rejects.toThrow('ENOENT');
});
