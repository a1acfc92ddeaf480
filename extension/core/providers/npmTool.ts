import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, realpath, rename, rm } from 'node:fs/promises';
import { arch } from 'node:process';
import { delimiter, join } from 'node:path';
import { BottleError } from '../errors.ts';
import { run } from '../process/run.ts';
import type { HostTool } from './provider.ts';

/** A program that ships as one native file in an npm package a platform. */
export interface NpmToolSpec {
  readonly name: string;
  readonly version: string;
  readonly packages: Readonly<Record<string, string>>;
  /** The program inside the package. */
  readonly file: string;
  /** PEM file with authorities that downloads go through (`BOT_BOTTLE_EXTRA_CA`). */
  readonly extraCa: string | undefined;
  /** Our own tools folder; the program lands in `<folder>/<name>/<version>/<file>`. */
  readonly folder: string;
}

/** Where a backend that shows the host's folders puts provider programs; on the guest's PATH. */
export const guestToolsFolder = '/opt/bot-bottle/bin';

/** The pinned program from our own tools folder, installed there by npm without running any of its scripts. */
export function npmTool(spec: NpmToolSpec): HostTool {
  const home = join(spec.folder, spec.name, spec.version);
  const program = join(home, spec.file);
  return {
    find: async () => {
      try {
        await access(program, constants.X_OK);
      } catch {
        return undefined;
      }
      return { mounts: [{ host: await realpath(program), guest: `${guestToolsFolder}/${spec.name}` }], version: spec.version };
    },
    install: async (progress, signal) => {
      const name = spec.packages[arch];
      if (name === undefined) throw new BottleError('tool-missing', `There is no ${spec.name} program for this processor (${arch}).`, { hint: 'Use the docker backend.' });
      const npm = await findNpm();
      progress.report({ name: `Installing ${spec.name} ${spec.version}` });
      await mkdir(join(spec.folder, spec.name), { recursive: true, mode: 0o755 });
      const temp = await mkdtemp(join(spec.folder, spec.name, '.install-'));
      try {
        const args = ['install', '--prefix', temp, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', `${name}@${spec.version}`];
        const env = spec.extraCa === undefined ? process.env : { ...process.env, NODE_EXTRA_CA_CERTS: spec.extraCa };
        const result = await run([npm, ...args], { signal, env });
        if (result.code !== 0) {
          throw new BottleError('tool-missing', `${spec.name} ${spec.version} could not be installed: ${lastLine(result.stderr)}`, { hint: `npm install ${name}@${spec.version} shows the whole reason.` });
        }
        const unpacked = join(temp, 'node_modules', name);
        await chmod(join(unpacked, spec.file), 0o755);
        await chmod(unpacked, 0o755);
        await rename(unpacked, home);
      } finally {
        await rm(temp, { recursive: true, force: true });
      }
    },
  };
}

async function findNpm(): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, 'npm');
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue;
    }
  }
  throw new BottleError('tool-missing', 'npm is not on the PATH, and the agent\'s program is not installed yet.', { hint: 'Install Node.js with npm, or use the docker backend.' });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? 'no output';
}
