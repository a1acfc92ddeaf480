import { commands, l10n } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import { causes } from './causes.ts';
import { errorMessage } from './message.ts';
import { toBottleError } from '../../core/errors.ts';
import { notify } from '../notify.ts';

/** Logs an error and tells the person, with the buttons of the table. Returns once the notification is answered. */
export async function presentError(thrown: unknown, log: LogOutputChannel): Promise<void> {
  const error = toBottleError(thrown);
  const message = errorMessage(error, l10n.t);
  if (message.severity === 'silent') {
    log.info(error.message);
    return;
  }
  log.error([`[${error.code}] ${message.text}`, ...causes(error)].join('\n  because '));
  const show = message.severity === 'error' ? notify.error : notify.warning;
  const chosen = await show(message.text, ...message.buttons.map((button) => button.title));
  const button = message.buttons.find((one) => one.title === chosen);
  if (button !== undefined) await commands.executeCommand(button.command, ...button.args);
}
