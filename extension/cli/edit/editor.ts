import { spawn } from 'node:child_process';
import { BottleError } from '../../core/errors.ts';
import type { Io } from '../io.ts';

/** The person's editor as program and arguments: `VISUAL`, else `EDITOR`; undefined when neither is set. */
export function editorOf(env: Io['env']): readonly [string, ...string[]] | undefined {
  const [program, ...args] = words(env['VISUAL']?.trim() || env['EDITOR']?.trim() || '');
  return program === undefined ? undefined : [program, ...args];
}

/**
 * A command line taken apart at spaces. `'...'` and `"..."` hold a word together and a backslash takes the next character
 * as it is, except between single quotes. Nothing is expanded.
 */
export function words(line: string): readonly string[] {
  const found = line.match(/(?:[^\s'"\\]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*"|['"\\])+/g) ?? [];
  return found.map((word) => word.replace(/'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])/g, (_all, single?: string, double?: string, escaped?: string) => single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? ''));
}

/** Runs the editor on a file, on the person's terminal, until it ends. Throws `tool-missing`, or `cancelled` when it fails. */
export async function runEditor(io: Io, [program, ...args]: readonly [string, ...string[]], file: string): Promise<void> {
  // An interrupt typed in the editor is the editor's. Its screen is standard error, as standard output may be a pipe.
  const undo = io.on('SIGINT', () => undefined);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(program, [...args, file], { cwd: io.cwd, stdio: ['inherit', 2, 'inherit'] });
      child.once('error', reject);
      child.once('exit', resolve);
    }).catch((cause: unknown) => {
      throw new BottleError('tool-missing', `The editor ${JSON.stringify(program)} cannot be started.`, { hint: 'Set VISUAL or EDITOR to the editor you use.', cause });
    });
    if (status !== 0) throw new BottleError('cancelled', `The editor ended with ${status === null ? 'a signal' : `status ${status}`}; nothing was written.`);
  } finally {
    undo();
  }
}
