import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../freePort.ts';
import { until } from '../until.ts';
import { cleanWindow } from './settings.ts';

/** How to run the VS Code server that `npm test` prepared. Throws when it did not. */
export function codeServerProgram(): { readonly node: string; readonly entry: string } {
  const node = process.env['BOT_BOTTLE_TEST_CODE_SERVER_NODE'];
  const entry = process.env['BOT_BOTTLE_TEST_CODE_SERVER'];
  if (node === undefined || entry === undefined || !existsSync(entry)) {
    throw new Error('code-server is missing: run this through `npm test e2e`, which installs it and names it in BOT_BOTTLE_TEST_CODE_SERVER');
  }
  return { node, entry };
}

export interface EditorOptions {
  /** Empty folder for everything the server keeps. A fresh one each time: windows come back from what lies there. */
  readonly folder: string;
  readonly vsix?: string;
  readonly workspace: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Ask for trust as a person's editor does, instead of trusting every folder. */
  readonly askForTrust?: boolean;
}

export interface EditorServer {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Opens the workspace. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A VS Code server of its own, with the extension installed, ready to be visited. */
export async function startEditor(options: EditorOptions): Promise<EditorServer> {
  const { node, entry } = codeServerProgram();
  const { folder } = options;
  mkdirSync(join(folder, 'user/User'), { recursive: true });
  writeFileSync(join(folder, 'user/User/settings.json'), JSON.stringify({ ...cleanWindow, ...options.settings }));
  writeFileSync(join(folder, 'config.yaml'), 'auth: none\n');
  const places = ['--user-data-dir', join(folder, 'user'), '--extensions-dir', join(folder, 'extensions'), '--config', join(folder, 'config.yaml')];
  const logFile = join(folder, 'server.log');
  const start = (args: readonly string[]): ChildProcess => {
    const log = openSync(logFile, 'a');
    // A group of its own: the server forks, and only the group is all of it.
    const child = spawn(node, [entry, ...places, ...args], { stdio: ['ignore', log, log], detached: true, env: { ...process.env, ...options.env } });
    closeSync(log);
    return child;
  };
  if (options.vsix !== undefined) {
    const code = await new Promise((resolve) => start(['--install-extension', options.vsix ?? '']).once('exit', resolve));
    if (code !== 0) throw new Error(`the extension could not be installed: ${readFileSync(logFile, 'utf8')}`);
  }
  const port = await freePort();
  const trust = options.askForTrust === true ? [] : ['--disable-workspace-trust'];
  const child = start(['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', ...trust, options.workspace]);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const origin = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined) endGroup(child.pid);
    await ended;
  };
  try {
    await until('code-server to answer', async () => (await fetch(`${origin}/healthz`)).ok, 60_000);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { origin, url: `${origin}/?folder=${encodeURIComponent(options.workspace)}`, stop };
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}
