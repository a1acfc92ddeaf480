import assert from 'node:assert/strict';
import { FileSystemError, Uri, workspace } from 'vscode';
import { schemes } from '../../extension/vscode/ids.ts';
import { changeUriParts } from '../../extension/vscode/review/changeUri.ts';
import { activated } from './extensionUnderTest.ts';

export function documentSuite(): void {
  describe('the documents of a review', () => {
    it('can be read but never written, on any side', async () => {
      await activated();
      for (const scheme of [schemes.base, schemes.change, schemes.host]) assert.equal(workspace.fs.isWritableFileSystem(scheme), false, scheme);
    });

    it('do not exist for a bottle that is not there', async () => {
      await activated();
      const uri = Uri.from(changeUriParts('bottle', { slug: 'nobody', path: 'a.ts', hash: null }));
      await assert.rejects(async () => workspace.fs.readFile(uri), FileSystemError);
    });

    it('do not exist for an address that is not ours to make', async () => {
      await activated();
      const uri = Uri.from({ scheme: schemes.change, path: '/etc/passwd', query: JSON.stringify({ slug: '../..', path: 'etc/passwd', hash: null }) });
      await assert.rejects(async () => workspace.fs.readFile(uri), FileSystemError);
    });
  });
}
