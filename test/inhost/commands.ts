import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { commands } from 'vscode';
import { commandIds } from '../../extension/vscode/ids.ts';
import { activated } from './extensionUnderTest.ts';

export function commandSuite(): void {
  describe('the extension in a real editor', () => {
    it('registers exactly the commands that package.json promises', async () => {
      await activated();
      const ours = (await commands.getCommands(true)).filter((id) => id.startsWith('botBottle.') && !/\.(focus|open|resetViewLocation|removeView|toggleVisibility)$/.test(id));
      assert.deepEqual(ours.sort(), Object.values(commandIds).sort());
    });

    it('keeps the core outside until it is needed', async () => {
      const { extensionPath } = await activated();
      const load = createRequire(join(extensionPath, 'package.json'));
      const bundle = load.resolve('./dist/extension.js');
      const before = load.cache[bundle];
      delete load.cache[bundle];
      load(bundle);
      const loaded = load.cache[bundle]?.children.map((child) => child.filename) ?? [];
      load.cache[bundle] = before;
      assert.deepEqual(loaded.filter((path) => path.endsWith('core.js')), []);
    });

    it('looks at the machine without failing', async () => {
      await activated();
      await commands.executeCommand(commandIds.refresh);
    });
  });
}
