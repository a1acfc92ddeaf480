import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { commands } from 'vscode';
import { commandIds } from '../../extension/vscode/ids.ts';
import { activated } from './extensionUnderTest.ts';

/** Longest time that loading the bundle may take, in milliseconds. */
const budget = 50;

export function commandSuite(): void {
  describe('the extension in a real editor', () => {
    it('registers exactly the commands that package.json promises', async () => {
      await activated();
      const ours = (await commands.getCommands(true)).filter((id) => id.startsWith('botBottle.') && !/\.(focus|open|resetViewLocation|removeView|toggleVisibility)$/.test(id));
      assert.deepEqual(ours.sort(), Object.values(commandIds).sort());
    });

    it('loads within its budget, because the core stays outside until it is needed', async () => {
      const { extensionPath } = await activated();
      const load = createRequire(join(extensionPath, 'package.json'));
      const bundle = load.resolve('./dist/extension.js');
      const cached = load.cache[bundle];
      delete load.cache[bundle];
      const began = performance.now();
      load(bundle);
      const took = performance.now() - began;
      load.cache[bundle] = cached;
      assert.ok(took < budget, `${took} ms`);
    });

    it('looks at the machine without failing', async () => {
      await activated();
      await commands.executeCommand(commandIds.refresh);
    });
  });
}
