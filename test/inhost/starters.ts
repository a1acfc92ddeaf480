import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commands, window } from 'vscode';
import { commandIds } from '../../extension/vscode/ids.ts';
import { activated } from './extensionUnderTest.ts';

export function starterSuite(): void {
  describe('the first run', () => {
    it('writes a bottle and its agent into the home folder and opens the bottle', async () => {
      await activated();
      const home = process.env['BOT_BOTTLE_HOME'] ?? '';
      await commands.executeCommand(commandIds.createStarter, 'shell');
      assert.ok(existsSync(join(home, 'bottles/shell.md')));
      assert.ok(existsSync(join(home, 'agents/shell.md')));
      assert.equal(window.activeTextEditor?.document.uri.fsPath, join(home, 'bottles/shell.md'));
    });
  });
}
