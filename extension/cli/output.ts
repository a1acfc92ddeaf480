import { BottleError } from '../core/errors.ts';
import type { Io } from './io.ts';
import { visible } from './text/visible.ts';

/** What a command says. Values and tables go to stdout, words about them to stderr. */
export interface Output {
  readonly json: boolean;
  /** The command's result: `value` with `--json`, else `text` (which must already be harmless). */
  result(value: unknown, text: string): void;
  /** A remark for a person; not said with `--json`. */
  say(sentence: string): void;
  error(error: BottleError): void;
}

export function createOutput(io: Io, json: boolean): Output {
  return {
    json,
    result: (value, text) => {
      if (json) io.stdout.write(`${JSON.stringify(value)}\n`);
      else if (text !== '') io.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    say: (sentence) => {
      if (!json) io.stderr.write(`${visible(sentence)}\n`);
    },
    error: (error) => {
      if (json) {
        const { code, message, hint, actions } = error;
        io.stderr.write(`${JSON.stringify({ error: { code, message, hint, actions } })}\n`);
        return;
      }
      io.stderr.write(`${visible(`bot-bottle: ${error.message}`)}\n`);
      if (error.hint !== '') io.stderr.write(`${visible(error.hint)}\n`);
    },
  };
}
