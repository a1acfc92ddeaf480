import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { inject } from 'vitest';
import { openBrowser } from '../../support/vscode/browser.ts';
import { startEditor, type EditorServer } from '../../support/vscode/codeServer.ts';
import { createWorkbench, type Workbench } from '../../support/vscode/workbench.ts';

const shots = resolve(import.meta.dirname, '../../../test-results/e2e');

/** A bottle of each provider that needs no key, and its agent. */
export const shellManifests: Readonly<Record<string, string>> = {
  'bottles/shell.md': '---\nagent_provider:\n  template: shell\n---\n',
  'agents/shell.md': '---\nbottle: shell\n---\n',
};

export interface WindowOptions {
  /** Below the home. */
  readonly manifests?: Readonly<Record<string, string>>;
  /** Below the workspace. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly askForTrust?: boolean;
  /** Empty folder for everything of this window; default a temporary one. */
  readonly folder?: string;
  /** Name of the workspace folder. */
  readonly name?: string;
  /** Query of the window's address; default opens the workspace folder. */
  readonly query?: string;
}

export interface BottleRecord {
  readonly slug: string;
  readonly state: string;
  readonly label: string;
  readonly blocked: number;
}

/** A window of its own on a home and a workspace of its own. */
export interface TestWindow {
  readonly vs: Workbench;
  readonly folder: string;
  readonly home: string;
  readonly workspace: string;
  /** Address of the window with another query. */
  address(query: string): string;
  /** The command as the extension ships it, on this home: a second pair of eyes. Throws when it fails. */
  cli(...args: string[]): string;
  bottles(): readonly BottleRecord[];
  /** Names of the folders in which the home keeps its bottles. */
  states(): readonly string[];
  /** Picture of the window into `test-results/e2e/`. */
  shot(name: string): Promise<void>;
  /** Ends every bottle of the home and removes everything. */
  close(): Promise<void>;
}

/** Opens VS Code with the packed extension and waits until its status item shows. */
export async function openWindow(options: WindowOptions): Promise<TestWindow> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'bottle-window-'));
  const home = join(folder, 'home');
  const workspace = join(folder, options.name ?? 'project');
  mkdirSync(workspace, { recursive: true });
  mkdirSync(shots, { recursive: true });
  writeAll(home, options.manifests ?? {});
  writeAll(workspace, options.files ?? {});
  const env = { BOT_BOTTLE_HOME: home, ...options.env };
  const started: { editor?: EditorServer; browser?: Browser } = {};
  const cli = (...args: string[]): string =>
    execFileSync(process.execPath, [installed(folder), ...args], { env: { ...process.env, ...env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const states = (): readonly string[] => (existsSync(join(home, 'state')) ? readdirSync(join(home, 'state')).filter((name) => !name.startsWith('.')) : []);
  const bottles = (): readonly BottleRecord[] => JSON.parse(cli('list', '--json'));
  const close = async (): Promise<void> => {
    await started.browser?.close();
    await started.editor?.stop();
    for (const { slug } of bottles()) cli('stop', slug, '--discard-changes');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    started.editor = await startEditor({
      folder: join(folder, 'editor'),
      vsix: inject('vsix'),
      workspace,
      env,
      ...(options.settings === undefined ? {} : { settings: options.settings }),
      ...(options.askForTrust === undefined ? {} : { askForTrust: options.askForTrust }),
    });
    const { origin, url } = started.editor;
    const { browser, page } = await openBrowser();
    started.browser = browser;
    const vs = createWorkbench(page);
    const address = (query: string): string => `${origin}/?${query}`;
    await vs.open(options.query === undefined ? url : address(options.query));
    if (options.askForTrust !== true) await vs.status('botBottle.status').waitFor({ timeout: 60_000 });
    return { vs, folder, home, workspace, address, cli, bottles, states, close, shot: (name) => picture(vs, join(shots, `${name.replaceAll(/\W+/g, '-')}.png`)) };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** The window as it is, once the pointer's hover card is gone. */
export async function picture(vs: Workbench, file: string): Promise<void> {
  await vs.page.mouse.move(700, 620);
  await vs.page.locator('.workbench-hover-container:visible').waitFor({ state: 'hidden', timeout: 3_000 }).catch(() => undefined);
  await vs.screenshot(file);
}

function writeAll(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** `dist/cli.js` of the installed extension. */
function installed(folder: string): string {
  const extensions = join(folder, 'editor/extensions');
  const name = readdirSync(extensions).find((one) => one.startsWith('bot-bottle.'));
  if (name === undefined) throw new Error('the extension is not installed');
  return join(extensions, name, 'dist/cli.js');
}
