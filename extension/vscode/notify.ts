import { window } from 'vscode';
import { unlinked } from './words.ts';

/**
 * What the person is told in a notification, with buttons; resolves to the pressed one. The editor makes links of
 * `[text](command:...)` there, which run on a click, so the only way to its notifications is through here: names of files,
 * bottles and agents come from elsewhere.
 */
export const notify = {
  information: (text: string, ...buttons: string[]): Promise<string | undefined> => Promise.resolve(window.showInformationMessage(unlinked(text), ...buttons)),
  warning: (text: string, ...buttons: string[]): Promise<string | undefined> => Promise.resolve(window.showWarningMessage(unlinked(text), ...buttons)),
  error: (text: string, ...buttons: string[]): Promise<string | undefined> => Promise.resolve(window.showErrorMessage(unlinked(text), ...buttons)),
} as const;

/** Asks before anything else goes on; true after `yes`. A dialog shows its text as it is. */
export async function confirmed(message: string, detail: string, yes: string, severity: 'information' | 'warning' = 'warning'): Promise<boolean> {
  const show = severity === 'warning' ? window.showWarningMessage : window.showInformationMessage;
  return (await show(message, { modal: true, detail }, yes)) === yes;
}
