#!/usr/bin/env node
// How long the findings of a manifest take after each key, in milliseconds: `KEYS` of them (200), in a bottle with 40
// routes and two parents, in a home with 500 manifests. Run by itself it prints the median.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './table.mjs';

const route = (name) => `    - host: ${name}.example.com\n      auth: {scheme: Bearer, token_ref: TOKEN}\n      matches:\n        - paths: [{value: /api/${name}/}]\n          methods: [GET, POST]\n`;
const routes = (prefix, count) => `egress:\n  routes:\n${Array.from({ length: count }, (_, index) => route(`${prefix}${index}`)).join('')}`;

/** Types into the end of the text and asks for the findings after each key. */
export async function keystrokes(root, keys) {
  const { createManifestLanguage } = createRequire(import.meta.url)(join(root, 'dist/core.js'));
  const home = mkdtempSync(join(tmpdir(), 'bot-bottle-keys-'));
  try {
    for (const kind of ['bottles', 'agents']) mkdirSync(join(home, kind));
    for (let index = 0; index < 250; index++) {
      writeFileSync(join(home, 'agents', `agent-${index}.md`), `---\nbottle: bottle-${index}\n---\n`);
      writeFileSync(join(home, 'bottles', `bottle-${index}.md`), '---\nextends: parent\n---\n');
    }
    writeFileSync(join(home, 'bottles/root.md'), `---\nenv: {A: "\${TOKEN}"}\n${routes('root', 20)}---\n`);
    writeFileSync(join(home, 'bottles/parent.md'), `---\nextends: root\n${routes('parent', 20)}---\n`);
    const path = join(home, 'bottles/typed.md');
    const language = createManifestLanguage({ HOME: home }, { roots: () => ({ home, workspaces: [] }), variables: async () => ['TOKEN'], open: () => undefined });
    const place = language.place(path);
    const begin = `---\nextends: parent\n${routes('own', 40)}`;
    const typed = '    - host: registry.example.com # packages\n      git: {fetch: true}\n';
    const took = [];
    for (let key = 0; key < keys; key++) {
      const text = `${begin}${typed.slice(0, key % typed.length)}\n---\n`;
      const before = performance.now();
      await language.diagnose({ place, text });
      took.push(performance.now() - before);
    }
    return took;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const took = await keystrokes(resolve(dirname(fileURLToPath(import.meta.url)), '../..'), Number(process.env.KEYS ?? 200));
  console.log(`findings after a key: median ${median(took).toFixed(1)} ms, ${Math.min(...took).toFixed(1)} to ${Math.max(...took).toFixed(1)} ms, ${took.length} keys`);
}
