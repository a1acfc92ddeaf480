import { describe, expect, test } from 'vitest';
import { BottleError } from '../core/errors.ts';
import { type Invocation, parseCommandLine } from './arguments.ts';
import { commands } from './commands/table.ts';

function parsed(...argv: string[]): Extract<Invocation, { kind: 'run' }> {
  const asked = parseCommandLine(argv, commands);
  if (asked.kind !== 'run') throw new Error(`${asked.kind} instead of a command`);
  return asked;
}

function refusal(...argv: string[]): BottleError {
  try {
    parseCommandLine(argv, commands);
  } catch (thrown) {
    if (thrown instanceof BottleError) return thrown;
    throw thrown;
  }
  throw new Error('the command line was accepted');
}

describe('command line', () => {
  test('options, words and values are found in any order', () => {
    const { command, args } = parsed('start', '--label', 'fix it', 'reviewer', '--yes', '--backend=docker');
    expect(command.name).toBe('start');
    expect(args.words).toEqual(['reviewer']);
    expect([args.text('label'), args.text('backend'), args.flag('yes'), args.flag('detach')]).toEqual(['fix it', 'docker', true, false]);
  });

  test('what stands after -- belongs to the program, options and all', () => {
    const { args } = parsed('exec', 'fox', '--', 'ls', '--json', '--', '-l');
    expect(args.words).toEqual(['fox']);
    expect(args.rest).toEqual(['ls', '--json', '--', '-l']);
  });

  test('a path that starts with a dash can be given after --', () => {
    expect(parsed('apply', 'fox', '--', '-rf').args.words).toEqual(['fox', '-rf']);
  });

  test.each([
    [['frobnicate'], /no command "frobnicate"/],
    [['stop'], /Something is missing/],
    [['stop', 'a', 'b'], /"b" is one word too many/],
    [['stop', 'a', '--force'], /--force/],
    [['start', '--label'], /--label/],
  ])('%j is refused with the usage', (argv, message) => {
    const error = refusal(...argv);
    expect(error.code).toBe('usage');
    expect(error.message).toMatch(message);
    expect(error.hint).not.toBe('');
  });

  test('help can be asked for in every usual way', () => {
    for (const argv of [[], ['help'], ['--help'], ['-h']]) expect(parseCommandLine(argv, commands)).toEqual({ kind: 'help', command: undefined });
    expect(parseCommandLine(['log', '--help'], commands)).toMatchObject({ kind: 'help', command: { name: 'log' } });
    expect(parseCommandLine(['help', 'log'], commands)).toMatchObject({ kind: 'help', command: { name: 'log' } });
  });

  test('the commands of the contract are all there', () => {
    const names = commands.map((command) => command.name);
    for (const name of ['start', 'attach', 'exec', 'list', 'info', 'changes', 'apply', 'discard', 'log', 'stop', 'cleanup', 'doctor']) expect(names).toContain(name);
  });
});
