import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InitConfig, outerPaths } from '../../schemas/protocol/bottleInit.ts';
import { agentArguments, commandArguments, descriptors, limited } from './arguments.ts';
import type { Shown } from './guestFiles.ts';
import type { Pty, Ptys } from './pty.ts';

/** Starts processes behind the inner fence. Everything they are told goes through descriptors, not through arguments. */
export class Sandboxes {
  readonly #config: InitConfig;
  readonly #etc: readonly Shown[];
  readonly #ptys: Ptys;
  readonly #seccomp = join(outerPaths.made, 'seccomp');
  readonly #nothing = openSync('/dev/null', 'r+');

  constructor(config: InitConfig, etc: readonly Shown[], ptys: Ptys) {
    this.#config = config;
    this.#etc = etc;
    this.#ptys = ptys;
    writeFileSync(this.#seccomp, Buffer.from(config.seccompBase64, 'base64'));
    writeFileSync(join(outerPaths.made, 'empty'), '');
  }

  /** The agent, on its terminal, in new namespaces. Descriptor `status` reports its pid and its exit code. */
  agent(pty: Pty): ChildProcess {
    const program = limited(this.#config, this.#config.argv, true);
    return this.#spawn([], agentArguments(this.#config, this.#etc), program, pty, 'pipe');
  }

  /** A command in the namespaces of `pid`, the first process of the agent's. With three pipes when it has no terminal. */
  command(pid: number, argv: readonly string[], pty: Pty | undefined): ChildProcess {
    const enter = ['nsenter', ...['mnt', 'pid', 'ipc', 'uts'].map((kind) => `--${kind === 'mnt' ? 'mount' : kind}=/proc/${String(pid)}/ns/${kind}`), '--'];
    const namespace = openSync(`/proc/${String(pid)}/ns/user`, 'r');
    try {
      return this.#spawn(enter, commandArguments(this.#config), withoutNamespace(limited(this.#config, argv, pty !== undefined)), pty, namespace);
    } finally {
      closeSync(namespace);
    }
  }

  #spawn(before: readonly string[], options: readonly string[], program: readonly string[], pty: Pty | undefined, last: 'pipe' | number): ChildProcess {
    const [command, ...rest] = [...before, 'bwrap', '--args', String(descriptors.args), '--', ...program];
    if (command === undefined) throw new Error('There is nothing to run.');
    const [args, seccomp] = [this.#argumentFile(options), openSync(this.#seccomp, 'r')];
    const stream = pty?.slave ?? 'pipe';
    const stdio: (number | 'pipe' | 'ignore')[] = [stream, stream, stream];
    stdio[descriptors.args] = args;
    stdio[descriptors.seccomp] = seccomp;
    stdio[descriptors.status] = last === 'pipe' ? 'pipe' : 'ignore';
    stdio[descriptors.userNamespace] = last === 'pipe' ? 'ignore' : last;
    for (const master of this.#ptys.masters) {
      while (stdio.length < master) stdio.push('ignore');
      stdio[master] = this.#nothing;
    }
    try {
      return spawn(command, rest, { stdio: stdio satisfies StdioOptions, cwd: '/', env: { PATH: process.env['PATH'] } });
    } finally {
      closeSync(args);
      closeSync(seccomp);
      pty?.release();
    }
  }

  /** `bwrap --args` reads options separated by NUL; the file has no name any more when its reader starts. */
  #argumentFile(options: readonly string[]): number {
    if (options.some((option) => option.includes('\0'))) throw new Error('An argument or variable contains a NUL byte.');
    const path = join(outerPaths.made, 'arguments');
    writeFileSync(path, options.map((option) => `${option}\0`).join(''), { mode: 0o600 });
    const file = openSync(path, 'r');
    unlinkSync(path);
    return file;
  }
}

/** bwrap leaves the descriptor of the namespace it joined open; the command must not come to hold it. */
function withoutNamespace(program: readonly string[]): string[] {
  return ['/bin/sh', '-c', `exec "$@" ${String(descriptors.userNamespace)}<&-`, 'sh', ...program];
}
