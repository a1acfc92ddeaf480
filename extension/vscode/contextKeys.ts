import { commands } from 'vscode';
import { contextPrefix } from './ids.ts';
import type { ContextValues } from './ids.ts';

/** The only door to `setContext`. */
export class ContextKeys {
  async set<K extends keyof ContextValues>(key: K, value: ContextValues[K]): Promise<void> {
    await commands.executeCommand('setContext', `${contextPrefix}${key}`, value);
  }
}
