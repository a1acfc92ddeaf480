import { describe, expect, test } from 'vitest';
import { random } from '../../test/support/random.ts';
import { fuzzManifests, randomAgent, randomBottle } from '../../test/bench/fuzz/manifests.ts';
import { agentSchema } from './agent.ts';
import { bottleSchema } from './bottle.ts';
import { addRoute, removeEnv, removeRoute, setEnv } from './edit.ts';
import { checkManifest } from './check.ts';
import { effectiveBottleWithOrigins, emptyLayer, layerOf, mergeLayers, type BottleLink, type Layer } from './extends.ts';
import { parseManifest } from './parse.ts';
import { printManifest, type Plain } from './print.ts';

const body = 'A body\n---\nwith a line of dashes.\n';

function linkOf(file: string, data: { readonly [key: string]: Plain }): BottleLink {
  const source = parseManifest(file, printManifest(data, ''));
  if (!source.ok) throw new Error(JSON.stringify(source.problems));
  const written = checkManifest(source.value, bottleSchema);
  if (!written.ok) throw new Error(JSON.stringify(written.problems));
  return { source: source.value, written: written.value };
}

describe('printing', () => {
  test('what is printed reads as what it was, body included, and the language takes it', () => {
    const roll = random(1);
    for (let round = 0; round < 400; round++) {
      const data = round % 5 === 0 ? randomAgent(roll) : randomBottle(roll);
      const source = parseManifest('f.md', printManifest(data, body));
      expect(source).toMatchObject({ ok: true, value: { body } });
      if (!source.ok) continue;
      expect(source.value.data).toEqual(data);
      expect(checkManifest<unknown>(source.value, round % 5 === 0 ? agentSchema : bottleSchema)).toMatchObject({ ok: true });
    }
  });
});

describe('extends', () => {
  /** With routes taken out by chance, which only a child may do. */
  const layers = (seed: number, count: number): Layer[] => {
    const roll = random(seed);
    return Array.from({ length: count }, (_, index) => {
      const data = randomBottle(roll);
      const removals = ['a.example', 'b.example:8443'].filter(() => roll.one(3)).map((host) => ({ host, remove: true }));
      const egress = removals.length === 0 ? {} : { egress: { routes: removals } };
      return layerOf(linkOf(`${index}.md`, { ...data, ...egress }));
    });
  };

  test('is associative: a chain may be joined from either end', () => {
    for (let seed = 0; seed < 150; seed++) {
      const [a = emptyLayer, b = emptyLayer, c = emptyLayer] = layers(seed, 3);
      const left = mergeLayers(mergeLayers(a, b), c);
      const right = mergeLayers(a, mergeLayers(b, c));
      expect(right).toEqual(left);
      expect([...right.routes.keys()]).toEqual([...left.routes.keys()]);
      expect([...right.repos.byName.keys()]).toEqual([...left.repos.byName.keys()]);
      expect([...right.env.keys()]).toEqual([...left.env.keys()]);
    }
  });

  test('a bottle that says nothing changes nothing, above or below', () => {
    for (const layer of layers(7, 40)) {
      expect(mergeLayers(emptyLayer, layer)).toEqual(layer);
      expect(mergeLayers(layer, emptyLayer)).toEqual(layer);
    }
  });

  test('whatever is joined, each value names the file that said it', () => {
    const roll = random(3);
    for (let round = 0; round < 100; round++) {
      const [child, parent] = [linkOf('child.md', randomBottle(roll)), linkOf('parent.md', randomBottle(roll))];
      const { bottle, origins } = effectiveBottleWithOrigins([child, parent]);
      for (const name of bottle.env.keys()) expect(origins.get(`env.${name}`)?.file).toBe(name in (child.written.env ?? {}) ? 'child.md' : 'parent.md');
      for (const [index, route] of bottle.egress.routes.entries()) {
        const own = child.written.egress?.routes?.some((one) => one.host === route.host);
        expect(origins.get(`egress.routes[${index}]`)?.file).toBe(own === true ? 'child.md' : 'parent.md');
      }
    }
  });
});

describe('edits', () => {
  /** A comment of its own above every line of the frontmatter. */
  const commented = (text: string): string => text.split('\n').flatMap((line, index, lines) => (index === 0 || index > lines.indexOf('---', 1) ? [line] : [`${/^ */.exec(line)?.[0] ?? ''}# remark ${index}`, line])).join('\n');
  const remarks = (text: string): readonly string[] => text.match(/# remark \d+/g) ?? [];
  const dataOf = (text: string): unknown => {
    const source = parseManifest('f.md', text);
    return source.ok ? source.value.data : source.problems;
  };

  test('keep every comment in its order and all other data, and can be taken back', () => {
    const roll = random(11);
    for (let round = 0; round < 150; round++) {
      const text = commented(printManifest({ env: { FIRST: 'x' }, ...randomBottle(roll) }, 'body\n'));
      const host = 'added.example:1234';
      const added = addRoute(text, { host, git: { fetch: true } });
      const set = added.ok ? setEnv(added.text, 'ADDED', 'yes') : added;
      if (!set.ok) throw new Error(`${set.reason}\n${text}`);
      expect(remarks(set.text)).toEqual(remarks(text));
      expect(dataOf(set.text)).toMatchObject({ env: { ADDED: 'yes' } });
      const back = removeEnv(set.text, 'ADDED');
      const gone = back.ok ? removeRoute(back.text, host) : back;
      if (!gone.ok) throw new Error(`${gone.reason}\n${set.text}`);
      expect(remarks(gone.text)).toEqual(remarks(text));
      expect(bare(dataOf(gone.text))).toEqual(bare(dataOf(text)));
    }
  });

  /** Without empty maps and lists: what is taken out last takes its holder with it. */
  const bare = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const kept = Object.entries(value).map(([key, one]): [string, unknown] => [key, bare(one)]);
    return Object.fromEntries(kept.filter(([, one]) => !/^(?:\{\}|\[\])$/.test(JSON.stringify(one))));
  };
});

test('mutated manifests crash nothing and none is taken with a key dropped', () => {
  const { taken, refused } = fuzzManifests(20, 2000);
  // Both happen often enough that the run says something.
  expect(taken).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(200);
}, 60_000);
