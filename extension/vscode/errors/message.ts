import type { BottleError } from '../../core/errors.ts';
import type { Translate } from '../words.ts';
import { errorTable } from './table.ts';
import type { ErrorButton, ErrorPresentation } from './table.ts';

/** A notification to show. */
export interface ErrorMessage {
  readonly text: string;
  readonly severity: ErrorPresentation['severity'];
  readonly buttons: readonly ErrorButton[];
}

/** Words and buttons for an error. The core's own actions come first; those that are not editor commands are left out. */
export function errorMessage(error: BottleError, t: Translate): ErrorMessage {
  const row = errorTable[error.code];
  const own = error.actions.filter((action) => action.command.startsWith('botBottle.')).map((action) => ({ ...action, args: action.args ?? [] }));
  const seen = new Set(own.map((button) => button.command));
  const common = row.buttons.filter((button) => !seen.has(button.command)).map((button) => ({ ...button, title: t(button.title) }));
  return {
    text: [t(row.summary, error.message), error.hint].filter((part) => part !== '').join(' '),
    severity: row.severity,
    buttons: [...own, ...common],
  };
}
