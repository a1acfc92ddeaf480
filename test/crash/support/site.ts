import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { localBase } from '../../support/docker/base.ts';
import { type Captive, captive } from '../../escape/support/fixture.ts';
import { hostRun, until } from '../../escape/support/host.ts';
import { leftovers } from '../../escape/support/leftovers.ts';
import { type Machine, machineFor, type World } from '../../escape/support/machine.ts';
import { installProduct, type Product } from './product.ts';

const listSchema = z.array(z.looseObject({ slug: z.string(), state: z.string() }));

/** A home in which things crash, and beside it things that must survive every clean-up. */
export interface Site {
  readonly machine: Machine;
  readonly product: Product;
  readonly workspace: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs the clean-up as a person would, in a fresh process. */
  cleanUp(): Promise<void>;
  /** Ends what is whole and still runs. Returns how many that were. */
  stopRunning(): Promise<number>;
  /** Fails unless nothing of these bottles is left, their state folders included. */
  expectNothingOf(slugs: readonly string[]): Promise<void>;
  /** In words, which of the bystanders is gone; empty when all are there. */
  missingBystanders(): Promise<readonly string[]>;
  end(): Promise<void>;
}

export async function openSite(world: World): Promise<Site> {
  const machine = await machineFor(world);
  const product = await installProduct();
  const workspace = await machine.workspace({ 'a.txt': 'a\n', 'folder/b.txt': 'b\n' });
  const bystanders = await placeBystanders(world);
  const env = {
    ...process.env,
    BOT_BOTTLE_HOME: machine.home,
    ...(world === 'docker' ? { BOT_BOTTLE_BASE_IMAGE: await localBase() } : {}),
  };
  const said = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await product.run(env, ...args);
    if (code !== 0) throw new Error(`bot-bottle ${args.join(' ')} ended with ${code}: ${err}`);
    return out;
  };
  return {
    machine,
    product,
    workspace,
    env,
    cleanUp: async () => void (await said('cleanup', '--yes', '--json')),
    stopRunning: async () => {
      const listed = listSchema.parse(JSON.parse(await said('list', 'active', '--json')));
      for (const { slug } of listed) await said('stop', slug, '--discard-changes', '--json');
      return listed.length;
    },
    expectNothingOf: async (slugs) => {
      let left: readonly string[] = [];
      const gone = async (): Promise<boolean> => {
        left = await everythingOf(machine, slugs);
        // An empty folder could be a start of this very moment: the clean-up leaves it for ten seconds.
        if (left.length > 0 && left.every((line) => line.startsWith('state folder'))) await said('cleanup', '--yes', '--json');
        return left.length === 0;
      };
      await until(gone, 'the end of everything', 15_000).catch(() => {
        throw new Error(`left behind:\n${left.join('\n')}`);
      });
    },
    missingBystanders: () => bystanders.missing(),
    end: async () => {
      await bystanders.end();
      await machine.end();
      await product.remove();
    },
  };
}

async function everythingOf(machine: Machine, slugs: readonly string[]): Promise<string[]> {
  const state = join(machine.home, 'state');
  // The number of the home stays for its next bottle.
  const folders = existsSync(state) ? (await readdir(state)).filter((name) => name !== '.home-id') : [];
  return [...(await leftovers(machine, slugs)), ...folders.map((name) => `state folder ${name}`)];
}

interface Bystanders {
  missing(): Promise<readonly string[]>;
  end(): Promise<void>;
}

/** A bottle of another home, a process that looks like one of ours, and a container and volumes of somebody else's. */
async function placeBystanders(world: World): Promise<Bystanders> {
  const neighbour = await captive(world);
  const lookalike = spawn('sleep', ['100000'], { argv0: 'bot-bottle-keeper', env: { BOT_BOTTLE_SLUG: 'somebody-else' }, stdio: 'ignore' });
  const engine = world === 'docker' ? await placeEngineObjects() : undefined;
  return {
    missing: async () => [
      ...(await answers(neighbour) ? [] : ['the bottle of another home']),
      ...(isRunning(lookalike) ? [] : ['a process of somebody else']),
      ...((await engine?.missing()) ?? []),
    ],
    end: async () => {
      lookalike.kill('SIGKILL');
      await engine?.end();
      await neighbour.machine.end();
    },
  };
}

async function answers(neighbour: Captive): Promise<boolean> {
  return (await neighbour.sh('echo alive').catch(() => '')) === 'alive';
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function placeEngineObjects(): Promise<Bystanders> {
  const name = `bystander-${process.pid}`;
  const image = await localBase();
  // Ours by name and even by one label, but not of this home.
  const volumes = [name, `bot-bottle-${name}`];
  await hostRun('docker', ['volume', 'create', volumes[0] ?? '']);
  await hostRun('docker', ['volume', 'create', '--label', `bot-bottle.slug=${name}`, '--label', 'bot-bottle.home=000000000000', volumes[1] ?? '']);
  const containers = [name, `bot-bottle-${name}-agent`];
  for (const container of containers) await hostRun('docker', ['run', '-d', '--network', 'none', '--name', container, image, 'sleep', '100000']);
  return {
    missing: async () => {
      const running = (await hostRun('docker', ['ps', '--format', '{{.Names}}'])).split('\n');
      const present = (await hostRun('docker', ['volume', 'ls', '--format', '{{.Name}}'])).split('\n');
      return [...containers.filter((one) => !running.includes(one)), ...volumes.filter((one) => !present.includes(one))];
    },
    end: async () => {
      await hostRun('docker', ['rm', '-f', ...containers]);
      await hostRun('docker', ['volume', 'rm', ...volumes]);
    },
  };
}
