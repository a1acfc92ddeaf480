import { usageOf } from './arguments.ts';
import type { Command } from './command.ts';

/** The text of `bot-bottle help`, or of one command's `--help`. */
export function helpText(commands: readonly Command[], command: Command | undefined): string {
  if (command !== undefined) {
    return `${usageOf(command)}\n\n${command.summary}\n\nWith --json the result is one JSON value (JSON lines for a stream) on stdout.`;
  }
  const rows = commands.map((one) => `  ${one.name.padEnd(10)} ${one.summary}`);
  return [
    'bot-bottle runs a coding agent in a sealed bottle that it cannot change.',
    '',
    ...rows,
    '',
    'bot-bottle COMMAND --help shows a command. Every command takes --json.',
  ].join('\n');
}
