import type { TtySize } from '../../backend.ts';
import { guestFolder } from './guest.ts';

/**
 * What runs before a program in the agent's container. Constants: whatever varies comes as an argument or from the
 * read-only guest volume. `env -i` first, so that nothing of the image's or the engine's environment is left.
 */

/** Sets the terminal's size, where there is a terminal. */
const size = 'stty cols "$1" rows "$2" 2>/dev/null; shift 2';
const become = 'unset PWD OLDPWD; exec "$@"';

const first = [
  size,
  `. ${guestFolder}/env`,
  `cp -R --preserve=mode,timestamps ${guestFolder}/home/. "$HOME"/ || exit 125`,
  `cp ${guestFolder}/ca.pem /etc/ssl/certs/ca-certificates.crt || exit 125`,
  become,
].join('; ');

/** The agent's own start: terminal size, home skeleton, trust store, then the program. */
export function agentCommand(argv: readonly string[], size: TtySize): string[] {
  return ['/usr/bin/env', '-i', '/bin/sh', '-c', first, 'sh', String(size.cols), String(size.rows), ...argv];
}

/** The first line of output is the process id, by which the command's session can be found and ended. */
const beside = ['echo $$', size, `. ${guestFolder}/env`, become].join('; ');

/** A further program beside the agent, in the agent's environment. */
export function execCommand(argv: readonly string[], { cols, rows }: TtySize): string[] {
  return ['/usr/bin/env', '-i', '/bin/sh', '-c', beside, 'sh', String(cols), String(rows), ...argv];
}

/**
 * Ends every process of a session and every descendant of its leader, again and again until none is found. Runs as the
 * agent's user, so it can end nothing else. Fields of `/proc/PID/stat` after the name: state, parent, group, session.
 */
const reap = `
n=0
while [ $n -lt 20 ]; do
  n=$((n+1)); found=' '; more=yes
  while [ $more = yes ]; do
    more=no
    for folder in /proc/[0-9]*; do
      pid=\${folder#/proc/}
      case "$found" in *" $pid "*) continue;; esac
      line=; read -r line < "$folder/stat"
      set -- "$1" \${line##*) }
      [ "$2" = Z ] && continue
      case "$found$1 " in *" $3 "*) found="$found$pid "; more=yes; continue;; esac
      [ "$5" = "$1" ] && { found="$found$pid "; more=yes; }
    done
  done
  [ "$found" = ' ' ] && exit 0
  kill -KILL $found
done 2>/dev/null
exit 1`;

/** The command that ends an exec's processes; exit code 0 when none is left. */
export function reapCommand(pid: number): string[] {
  return ['/usr/bin/env', '-i', 'PATH=/usr/bin:/bin', '/bin/sh', '-c', reap, 'sh', String(pid)];
}
