/** `vscode.l10n.t` as pure modules know it: the English sentence is the key, `{0}` places an argument. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** English as written, with arguments placed; what tests use. */
export function english(message: string, ...args: (string | number)[]): string {
  return message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
}

/** Text that may hold a name out of a workspace, for a notification: the editor would make `[text](command:...)` a link. */
export function unlinked(text: string): string {
  return text.replaceAll('](', '] (');
}
