import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ExecRequest, ExecSession } from '../../../extension/core/backends/backend.ts';

/** Runs the command here, as the agent would in its view. */
export async function exec({ argv }: ExecRequest): Promise<ExecSession> {
  return sessionOf(spawn(argv[0] ?? '', argv.slice(1), { stdio: 'pipe' }));
}

/** A process of ours as a session in a bottle. */
export function sessionOf(child: ReturnType<typeof spawn>): ExecSession {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('no pipes');
  return { stdin, stdout, stderr, resize: async () => undefined, exited: once(child, 'close').then(([code]) => (typeof code === 'number' ? code : 137)), kill: () => void child.kill('SIGKILL') };
}
