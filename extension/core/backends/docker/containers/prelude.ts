import type { TtySize } from '../../backend.ts';
import { guestFolder } from './guest.ts';

/**
 * What runs before a program in the agent's container. Constants: whatever varies comes as an argument or from the
 * read-only guest volume. `env -i` first, so that nothing of the image's or the engine's environment is left.
 */

const enter = `. ${guestFolder}/env; unset PWD OLDPWD; exec "$@"`;

const first = [
  'stty cols "$1" rows "$2" 2>/dev/null; shift 2',
  `. ${guestFolder}/env`,
  `cp -R --preserve=mode,timestamps ${guestFolder}/home/. "$HOME"/ || exit 125`,
  `cp ${guestFolder}/ca.pem /etc/ssl/certs/ca-certificates.crt || exit 125`,
  'unset PWD OLDPWD; exec "$@"',
].join('; ');

/** The agent's own start: terminal size, home skeleton, trust store, then the program. */
export function agentCommand(argv: readonly string[], size: TtySize): string[] {
  return ['/usr/bin/env', '-i', '/bin/sh', '-c', first, 'sh', String(size.cols), String(size.rows), ...argv];
}

/** The variable that marks the processes of one exec, so that they can be found and ended. */
export const execMark = 'BOT_BOTTLE_EXEC';

/** A further program beside the agent with the agent's environment. */
export function execCommand(argv: readonly string[], mark: string): string[] {
  return ['/usr/bin/env', '-i', `${execMark}=${mark}`, '/bin/sh', '-c', enter, 'sh', ...argv];
}

/**
 * Ends every process that an exec started: those that carry its mark and those in their sessions, again and again
 * until none is found. Runs as the agent's user, so it can end nothing else.
 */
const reap = `
session() { sid=; read -r stat < "/proc/$1/stat" && set -- \${stat##*) } && sid=$4; }
n=0
while [ $n -lt 20 ]; do
  n=$((n+1))
  marked=$(grep -slzxF -- "$1" /proc/[0-9]*/environ | cut -d/ -f3)
  [ -z "$marked" ] && exit 0
  sessions=' '
  for pid in $marked; do session $pid; sessions="$sessions$sid "; done
  kill -KILL $marked
  for folder in /proc/[0-9]*; do
    pid=\${folder#/proc/}; session $pid
    case "$sessions" in *" $sid "*) kill -KILL $pid;; esac
  done
done 2>/dev/null
exit 1`;

/** The command that ends an exec's processes; exit code 0 when none is left. */
export function reapCommand(mark: string): string[] {
  return ['/usr/bin/env', '-i', 'PATH=/usr/bin:/bin', '/bin/sh', '-c', reap, 'sh', `${execMark}=${mark}`];
}
