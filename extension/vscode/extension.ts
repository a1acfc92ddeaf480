import type { ExtensionContext } from 'vscode';
import { compose } from './compose.ts';

/** Called by the editor. Everything registered goes with the context's subscriptions; bottles go on without us. */
export function activate(context: ExtensionContext): void {
  compose(context).begin();
}
