import { parseArgs } from 'node:util';
import { BottleError } from '../core/errors.ts';
import type { Arguments, Command } from './command.ts';

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'run'; readonly command: Command; readonly args: Arguments };

/** Finds the command and its arguments in argv. Throws `usage`, naming the nearest thing that would have been right. */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[]): Invocation {
  const [name, ...following] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    return { kind: 'help', command: commands.find((command) => command.name === following[0]) };
  }
  if (name === '--version' || name === '-v') return { kind: 'version' };
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    throw new BottleError('usage', `There is no command "${name}".`, { hint: `Commands: ${commands.map((one) => one.name).join(', ')}.` });
  }
  return parseArguments(command, following);
}

function parseArguments(command: Command, argv: readonly string[]): Invocation {
  const fence = argv.indexOf('--');
  const own = fence < 0 ? [...argv] : argv.slice(0, fence);
  const rest = fence < 0 ? [] : argv.slice(fence + 1);
  const { values, positionals } = parsed(command, own);
  if (values['help'] === true) return { kind: 'help', command };
  const [least, most] = command.words;
  // Words after `--` are words too where no program is expected: paths may start with a dash.
  const words = command.takesRest ? positionals : [...positionals, ...rest];
  if (words.length < least || words.length > most) throw wrong(command, words.length < least ? 'Something is missing' : `"${words[most] ?? ''}" is one word too many`);
  return {
    kind: 'run',
    command,
    args: {
      text: (option) => {
        const value = values[option];
        return typeof value === 'string' ? value : undefined;
      },
      texts: (option) => {
        const value = values[option];
        return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
      },
      flag: (option) => values[option] === true,
      words,
      rest: command.takesRest ? rest : [],
    },
  };
}

function parsed(command: Command, argv: string[]): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({
      args: argv,
      options: { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    });
  } catch (cause) {
    throw wrong(command, cause instanceof Error ? cause.message.split('. ')[0] ?? '' : String(cause));
  }
}

function wrong(command: Command, what: string): BottleError {
  return new BottleError('usage', `${what.replace(/\.$/, '')}.`, { hint: `Usage: ${usageOf(command)}` });
}

/** `bot-bottle stop SLUG [--keep]`. */
export function usageOf(command: Command): string {
  return `bot-bottle ${command.name} ${command.usage}`.trimEnd();
}
