import { readdirSync, readFileSync } from 'node:fs';

/** `O_CLOEXEC` as `/proc/PID/fdinfo/N` prints it, in octal (proc(5)). */
const closeOnExec = 0o2000000;

type Stream = 'pipe' | 'ignore' | number;

/**
 * Streams of a new process that gets none of the descriptors that we ourselves were started with and never closed: an
 * editor or a shell may hold sockets and files that no bottle should see. In their places lies `nothing`, `/dev/null`.
 */
export function closingInherited(streams: readonly Stream[], nothing: number): Stream[] {
  const all = [...streams];
  for (const inherited of inheritable()) {
    if (inherited < streams.length) continue;
    while (all.length < inherited) all.push('ignore');
    all[inherited] = nothing;
  }
  return all;
}

function inheritable(): number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => {
      const flags = /^flags:\s*([0-7]+)/m.exec(infoOf(fd))?.[1];
      return flags !== undefined && (parseInt(flags, 8) & closeOnExec) === 0;
    })
    .sort((one, other) => one - other);
}

function infoOf(fd: number): string {
  try {
    return readFileSync(`/proc/self/fdinfo/${String(fd)}`, 'utf8');
  } catch {
    return '';
  }
}
