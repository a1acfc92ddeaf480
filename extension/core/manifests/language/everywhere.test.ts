import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { edited, languageWorld } from '../../../../test/support/manifests/language.ts';

const examples = resolve(import.meta.dirname, '../../../../examples');
const files = ['bottles', 'agents'].flatMap((kind) => readdirSync(join(examples, kind)).filter((name) => name.endsWith('.md')).map((name) => `${kind}/${name}`));
const world = languageWorld({ variables: ['TOKEN'] });
afterAll(() => world.remove());
world.write(Object.fromEntries(files.map((file) => [`home/${file}`, readFileSync(join(examples, file), 'utf8')])));

/** Every so many characters: a prime, so that all kinds of places come up. */
const step = 41;

test.each(files)('at every place of %s, whole or cut off there, the language answers', async (file) => {
  const { language } = world;
  const { place, text: whole } = world.manifest(`home/${file}`);
  for (let offset = 0; offset <= whole.length; offset += step) {
    for (const text of [whole, whole.slice(0, offset), whole.replaceAll('\n', '\r\n')]) {
      const of = { place, text };
      const inside = (range: { readonly start: number; readonly end: number }): boolean => range.start >= 0 && range.start <= range.end && range.end <= text.length;
      const findings = await language.diagnose(of);
      expect(findings.every((one) => inside(one.range))).toBe(true);
      for (const { range } of findings) expect((await language.fixes(of, range)).flatMap((fix) => fix.edits).every((edit) => inside(edit.range))).toBe(true);
      const proposals = await language.complete(of, Math.min(offset, text.length));
      expect(proposals.every((one) => inside(one.replace))).toBe(true);
      await Promise.all([language.hover(of, offset), language.definition(of, offset), language.renamable(of, offset), language.lenses(of)]);
      language.symbols(of);
    }
  }
});

test.each(files)('what is proposed at the end of %s is not an unknown key', async (file) => {
  const { language } = world;
  const { place, text } = world.manifest(`home/${file}`);
  const end = text.indexOf('\n---', 3) + 1;
  for (const proposal of await language.complete({ place, text: `${text.slice(0, end)}\n${text.slice(end)}` }, end)) {
    const snippet = 'text' in proposal.insert ? proposal.insert.text : proposal.insert.snippet.replace('$0', '');
    const after = edited(`${text.slice(0, end)}\n${text.slice(end)}`, [{ range: proposal.replace, text: snippet }]);
    expect((await language.diagnose({ place, text: after })).filter((one) => one.message.includes('not a known key')), proposal.label).toEqual([]);
  }
});
