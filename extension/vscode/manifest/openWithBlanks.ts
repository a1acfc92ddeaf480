import { Range, SnippetString, window, workspace } from 'vscode';
import type { Uri } from 'vscode';
import type { Blanked } from '../../core/templates/blanks.ts';

/** Opens a file that was written from a template with its first blank selected; Tab goes on to the next. */
export async function openWithBlanks(file: Uri, { text, blanks }: Blanked): Promise<void> {
  const document = await workspace.openTextDocument(file);
  const editor = await window.showTextDocument(document, { preview: false });
  if (blanks.length === 0) return;
  const numbers = [...new Set(blanks.map((blank) => blank.says))];
  const snippet = new SnippetString();
  let at = 0;
  for (const { offset, says } of blanks) {
    snippet.appendText(text.slice(at, offset)).appendPlaceholder(says, numbers.indexOf(says) + 1);
    at = offset + says.length;
  }
  snippet.appendText(text.slice(at));
  const whole = new Range(document.positionAt(0), document.positionAt(document.getText().length));
  await editor.insertSnippet(snippet, whole, { undoStopBefore: false, undoStopAfter: false, keepWhitespace: true });
  // The same text as on disk: nothing is left to save before the person fills something in.
  await document.save();
}
