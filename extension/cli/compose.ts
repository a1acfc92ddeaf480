import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isInteractive, type Io } from './io.ts';
import type { Product } from './command.ts';
import { askLine } from './question.ts';
import { visibleLine } from './text/visible.ts';
import type { Log } from '../core/ports.ts';

/** The whole product for one command: core loaded, bottles of this home, asking on this terminal. */
export async function openProduct(io: Io, dist: string): Promise<Product> {
  const core = await import('../core/root.ts');
  const home = resolve(io.cwd, core.homeFolder(io.env));
  const log = stderrLog(io);
  const bottles = core.createBottles({
    runtime: {
      node: process.execPath,
      nodeEnv: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
      dist,
      providerImages: join(dist, '..', 'provider-images'),
    },
    home,
    env: io.env,
    secrets: { get: async (name) => io.env[name] },
    ask: { secret: async (name, prompt) => (isInteractive(io) ? askLine(io, `${visibleLine(prompt)} (${name}): `, { hidden: true }) : undefined) },
    log,
  });
  return { core, bottles, home, log };
}

/** The version in the package this program was shipped in. */
export async function shippedVersion(dist: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(dist, '..', 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}

/** Warnings and errors for a person; details only when asked for. */
function stderrLog(io: Io): Log {
  const say = (message: string): void => {
    io.stderr.write(`${visibleLine(message)}\n`);
  };
  const quiet = (): void => undefined;
  const verbose = io.env['BOT_BOTTLE_VERBOSE'] === '1' ? say : quiet;
  return { debug: verbose, info: verbose, warn: say, error: say };
}
