import { describe, expect, test } from 'vitest';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { BottleError } from '../../../extension/core/errors.ts';
import { applyChanges } from '../../../extension/core/workspace/apply.ts';
import { readChanges } from '../../../extension/core/workspace/changeSet.ts';
import { pick } from '../../../extension/core/workspace/select.ts';
import { isShown, shownVersion } from '../../../extension/core/workspace/shownHash.ts';
import { random } from '../../support/random.ts';
import { everyWorkspace, running } from '../../support/workspace/bottle.ts';
import { differences, snapshot, someEdit, someTree, unnoted } from '../../support/workspace/edits.ts';
import { openWorld } from '../../support/workspace/world.ts';

/** So many rounds of one bottle: somebody edits, then something is taken or thrown away. */
const rounds = 6;

/** `BOT_BOTTLE_TEST_SEEDS=2000 npx vitest run --project integration journeys` looks further. */
const seeds = Array.from({ length: Number(process.env['BOT_BOTTLE_TEST_SEEDS'] ?? 25) }, (_, index) => index + 1);

/** Whether what a snapshot says of a path is what the listing showed there. */
function isAsShown(content: string | undefined, { status, hash }: ChangedFile): boolean {
  if (status === 'deleted') return content === undefined;
  if (content === undefined || hash === null) return false;
  const { kind, executable } = shownVersion(hash);
  const mark = kind === 'link' ? '-> ' : executable ? 'x ' : '- ';
  return content.startsWith(mark) && isShown(Buffer.from(content.slice(mark.length)), hash);
}

describe.each(everyWorkspace)('agent, person and review working on %s', (_name, mode, options, as) => {
  test('lose no edit of the person, take nothing that was not shown, and list all that is left', { timeout: 40_000 + seeds.length * 2_000 }, async () => {
    for (const seed of seeds) {
      const chance = random(seed);
      const say = (what: string): string => `seed ${seed}: ${what}`;
      using world = await openWorld(mode, someTree(chance), options);
      const base = snapshot(world.host);
      for (let count = 8; count > 0; count--) someEdit(chance, world.view);
      const bottle = await as(world);
      for (let round = 0; round < rounds; round++) {
        if (as === running && chance.one(2)) ifItCan(() => someEdit(chance, world.view));
        if (chance.one(2)) someEdit(chance, world.host);
        const host = snapshot(world.host);
        // What the person did since the bottle started from a path.
        const touched = new Set(differences(base, host));
        const { files } = await readChanges(bottle.review);
        expect(snapshot(world.host), say('looking changes nothing')).toEqual(host);
        for (const { path, conflict } of files) if (conflict && !path.includes(unnoted)) expect(touched, say(`conflict at ${path}`)).toContain(path);
        if (mode === 'copy') {
          const view = snapshot(world.view);
          const expected = differences(view, host).filter((path) => view.get(path) !== base.get(path));
          expect(files.map(({ path }) => path), say('the listing')).toEqual(expected);
        }
        const paths = chance.one(3) ? ('all' as const) : files.filter(() => chance.one(2)).map(({ path }) => path);
        const picked = new Set(paths === 'all' ? files : pick(files, paths).asked);
        if (chance.one(2)) {
          const { applied, left } = await applyChanges(bottle.review, { paths, allowRisky: true, seen: new Map(files.map(({ path, hash }) => [path, hash])) });
          const after = snapshot(world.host);
          expect(differences(host, after).filter((path) => !applied.includes(path)), say('moved on the host without being applied')).toEqual([]);
          // That the person removed a file which nobody had noted cannot be told.
          expect(applied.filter((path) => touched.has(path) && (host.has(path) || !path.includes(unnoted))), say('the person had edited')).toEqual([]);
          for (const path of applied) {
            const change = files.find((one) => one.path === path);
            expect(change !== undefined && isAsShown(after.get(path), change), say(`what was applied at ${path}`)).toBe(true);
            set(base, path, after.get(path));
          }
          expect([...applied, ...left.map(({ path }) => path)].sort(), say('applied or left')).toEqual([...picked].map(({ path }) => path));
          const listed = (await readChanges(bottle.review)).files.map(({ path }) => path);
          expect(listed, say('what is left')).toEqual(files.map(({ path }) => path).filter((path) => !applied.includes(path)));
        } else {
          if (picked.size === 0) continue;
          const outcome = await bottle.discard([...picked].map(({ path }) => path)).catch((thrown: unknown) => thrown);
          if (outcome !== undefined && !(outcome instanceof BottleError && outcome.code === 'refused')) throw new Error(say('discard'), { cause: outcome });
          expect(snapshot(world.host), say('a discard changes nothing on the host')).toEqual(host);
          const listed = (await readChanges(bottle.review)).files.map(({ path }) => path);
          expect(listed, say('after a discard')).toEqual(files.filter((file) => outcome !== undefined || !picked.has(file)).map(({ path }) => path));
          if (outcome !== undefined) continue;
          for (const { path } of picked) set(base, path, host.get(path));
        }
      }
    }
  });
});

function set(map: Map<string, string>, path: string, value: string | undefined): void {
  if (value === undefined) map.delete(path);
  else map.set(path, value);
}

/** A mounted overlay may refuse an edit where the host moved things below it. */
function ifItCan(edit: () => void): void {
  try {
    edit();
  } catch (thrown) {
    if (!(thrown instanceof Error && ('errno' in thrown || thrown.message.startsWith('mv failed')))) throw thrown;
  }
}
