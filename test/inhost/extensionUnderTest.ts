import { extensions } from 'vscode';
import type { Extension } from 'vscode';

/** The extension as the editor loaded it, activated. */
export async function activated(): Promise<Extension<unknown>> {
  const extension = extensions.getExtension('bot-bottle.bot-bottle');
  if (extension === undefined) throw new Error('the extension is not installed in this window');
  await extension.activate();
  return extension;
}
