import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Waits, then ends the process without warning. Returns false when it had ended by itself before that. */
export async function killAfter(child: ChildProcess, milliseconds: number): Promise<boolean> {
  const ended = once(child, 'exit');
  let timer: NodeJS.Timeout | undefined;
  const killed = await Promise.race([
    ended.then(() => false),
    new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(child.kill('SIGKILL')), milliseconds);
    }),
  ]);
  clearTimeout(timer);
  await ended;
  return killed;
}
