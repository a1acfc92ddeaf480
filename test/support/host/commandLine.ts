import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { spawn as spawnPty, type IPty } from '@lydell/node-pty';
import { until } from '../until.ts';

/** The shipped command. `npm run build` makes it. */
export const cli = resolve(import.meta.dirname, '../../../dist/cli.js');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** stdout as text. */
  readonly text: string;
  /** Most memory the command itself held while it wrote, in bytes; 0 where the kernel does not tell. */
  readonly peak: number;
}

/** A home, a workspace and the shipped command, for one test. */
export interface CommandLine {
  readonly home: string;
  readonly workspace: string;
  readonly env: Readonly<Record<string, string>>;
  /** With these variables besides. */
  run(args: readonly string[], input?: string | Buffer, env?: Readonly<Record<string, string>>): Promise<Outcome>;
  /** stdout of `--json` as a value; throws when the command failed. */
  json(args: readonly string[]): Promise<unknown>;
  /** The command on a terminal of its own, with these variables besides. */
  onTerminal(args: readonly string[], size?: { cols: number; rows: number }, env?: Readonly<Record<string, string>>): Terminal;
  write(path: string, text: string): void;
  /** Ends every bottle of this home and removes everything. */
  close(): Promise<void>;
}

/** A program on a pseudo-terminal. */
export interface Terminal {
  readonly pty: IPty;
  /** Everything it wrote so far. */
  output(): string;
  shows(wanted: string | RegExp, timeoutMs?: number): Promise<void>;
  readonly ended: Promise<number>;
}

/** Writes manifests into a new home and files into a new workspace. `npm run build` must have been run. */
export function createCommandLine(options: { readonly manifests: Readonly<Record<string, string>>; readonly files: Readonly<Record<string, string>>; readonly env?: Readonly<Record<string, string>> }): CommandLine {
  if (!existsSync(cli)) throw new Error('dist/cli.js is missing: npm run build');
  const folder = mkdtempSync(join(tmpdir(), 'bottle-cli-'));
  const home = join(folder, 'home');
  const workspace = join(folder, 'workspace');
  const write = (root: string) => (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(options.manifests)) write(home)(path, text);
  for (const [path, text] of Object.entries(options.files)) write(workspace)(path, text);
  const passed = Object.fromEntries(['BOT_BOTTLE_BASE_IMAGE', 'BOT_BOTTLE_EXTRA_CA', 'DOCKER_HOST'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])));
  const env = { ...passed, PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? folder, TERM: 'xterm-256color', BOT_BOTTLE_HOME: home, ...options.env };

  const run = (args: readonly string[], input: string | Buffer = '', more: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [cli, ...args], { cwd: workspace, env: { ...env, ...more }, stdio: 'pipe' });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      let peak = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        out.push(chunk);
        peak = Math.max(peak, mostMemory(child.pid));
      });
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      child.once('error', reject);
      child.once('close', (code) => {
        const stdout = Buffer.concat(out);
        resolve({ code, stdout, stderr: Buffer.concat(err).toString(), text: stdout.toString(), peak });
      });
    });
  const json = async (args: readonly string[]): Promise<unknown> => {
    const { code, text, stderr } = await run([...args, '--json']);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(text);
  };
  return {
    home,
    workspace,
    env,
    run,
    json,
    write: write(workspace),
    onTerminal: (args, size = { cols: 80, rows: 24 }, more = {}) => terminal(spawnPty(process.execPath, [cli, ...args], { ...size, cwd: workspace, env: { ...env, ...more }, name: 'xterm-256color' })),
    close: async () => {
      const bottles = await json(['list']);
      for (const bottle of Array.isArray(bottles) ? bottles : []) await run(['stop', String(bottle.slug), '--discard-changes']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `VmHWM` of a process, in bytes. */
function mostMemory(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function terminal(pty: IPty): Terminal {
  const seen = { text: '' };
  pty.onData((chunk) => {
    seen.text += chunk;
  });
  const ended = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  return {
    pty,
    output: () => seen.text,
    ended,
    shows: async (wanted, timeoutMs = 30_000) => {
      const there = (): boolean => (typeof wanted === 'string' ? seen.text.includes(wanted) : wanted.test(seen.text));
      await until(`the terminal to show ${String(wanted)}`, there, timeoutMs).catch((cause: unknown) => {
        throw new Error(`it showed only:\n${seen.text}`, { cause });
      });
    },
  };
}
