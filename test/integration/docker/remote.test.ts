import { existsSync, lstatSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeBench, idle, type Bench } from '../../contract/bench.ts';
import { eventually } from '../../support/backends/read.ts';
import { metadataOf } from '../../support/backends/spec.ts';
import { dockerWorld } from '../../support/docker/world.ts';
import { createDockerBackend } from '../../../extension/core/backends/docker/backend.ts';
import { silentLog } from '../../../extension/core/ports.ts';
import { sessionUsageSchema } from '../../../schemas/protocol/egressUsage.ts';

/** The engine of this machine behind a TCP port: to a client it is on another machine. */
async function forwardEngine(): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: '/var/run/docker.sock', allowHalfOpen: true });
    client.pipe(engine).pipe(client);
    for (const [one, other] of [[client, engine], [engine, client]] as const) one.on('error', () => other.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('an engine reached over TCP', () => {
  let forward: Server;
  let bench: Bench;
  let env: Readonly<Record<string, string>>;
  const never = new AbortController().signal;

  beforeAll(async () => {
    forward = await forwardEngine();
    const address = forward.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const world = await dockerWorld({ DOCKER_HOST: `tcp://127.0.0.1:${address.port}` });
    env = world.env;
    bench = makeBench({ ...world, modes: ['copy'] });
  });
  afterAll(async () => {
    await bench.close();
    forward.close();
  });

  it('is taken for a remote one, so the workspace is copied', async () => {
    const { workspace, spec } = await bench.make({ script: idle });
    const choice = await bench.world.backend.workspaceMode(workspace, spec.owner, never);
    expect(choice).toEqual({ mode: 'copy', reason: 'Copied, because the Docker engine is on another machine.' });
  });

  it('refuses a workspace that was promised as an overlay, and leaves nothing', async () => {
    const { spec } = await bench.make({ script: idle, mode: 'overlay' });
    await expect(bench.world.backend.start(spec, { report: () => undefined }, never)).rejects.toMatchObject({ code: 'backend-cannot' });
    expect(await bench.world.leftovers(spec.slug)).toEqual([]);
  });

  it('gets the workspace, runs the agent behind the fence, and gives the workspace back', async () => {
    const made = await bench.make({ script: idle, workspace: { 'a.txt': 'a\n', 'd/b.txt': 'b\n', '.env': 'KEY=1\n' }, hidden: ['.env'] });
    if (made.spec.workspace.mode !== 'copy') throw new Error('not a copy');
    const { dir } = made.spec.workspace;
    symlinkSync('a.txt', join(dir, 'link'));
    const bottle = await bench.world.backend.start(made.spec, { report: () => undefined }, never);
    try {
      const seen = await bench.run(bottle, 'cat a.txt d/b.txt; readlink link; ls -A; id -u; stat -c %u . d a.txt; curl -s -o /dev/null -w "%{http_code}" http://example.com/');
      const uid = made.spec.owner.uid;
      expect(seen.stdout).toBe(`a\nb\na.txt\na.txt\nd\nlink\n${uid}\n${uid}\n${uid}\n${uid}\n403`);
      await bench.run(bottle, 'echo changed >a.txt; rm d/b.txt; ln -s /etc/passwd out; mkfifo pipe; mkdir -p new/deep; echo n >new/deep/n.txt; chmod 4755 new/deep/n.txt');
      await bottle.pullWorkspace(never);
      expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('changed\n');
      expect(readFileSync(join(dir, 'new/deep/n.txt'), 'utf8')).toBe('n\n');
      expect(readlinkSync(join(dir, 'out'))).toBe('/etc/passwd');
      expect(lstatSync(join(dir, 'new/deep/n.txt')).mode & 0o7777).toBe(0o755);
      expect([existsSync(join(dir, 'pipe')), existsSync(join(dir, 'd/b.txt'))]).toEqual([false, false]);
      expect(lstatSync(join(dir, 'a.txt')).uid).toBe(uid);
    } finally {
      await bottle.stop();
    }
    expect(await bench.world.leftovers(made.spec.slug)).toEqual([]);
  });

  it('copies the egress log and its counters here as they grow', async () => {
    const { bottle, spec } = await bench.start({ script: idle });
    /** Empty until the copy has begun. */
    const copied = async (name: string): Promise<string> => {
      const file = join(spec.stateDir, 'egress', name);
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };
    const log = (): Promise<string> => copied('log.jsonl');
    for (const host of ['one.example.com', 'two.example.com']) {
      await bench.run(bottle, `curl -s -o /dev/null http://${host}/`);
      await eventually(log, (text) => text.includes(host));
    }
    await eventually(() => copied('usage.json'), (text) => text !== '' && sessionUsageSchema.parse(JSON.parse(text)).blocked === 2);
    const lines = (await log()).trimEnd().split('\n');
    expect(lines.map((line) => z.object({ host: z.string() }).parse(JSON.parse(line)).host)).toEqual(['one.example.com', 'two.example.com']);
  });

  it('gives the workspace back also after the agent ended and another process took over', async () => {
    const made = await bench.start({ script: 'echo done >a.txt' });
    if (made.spec.workspace.mode !== 'copy') throw new Error('not a copy');
    expect(await made.bottle.exited).toBe(0);
    const other = createDockerBackend({ runtime: { node: '', nodeEnv: {}, dist: '', providerImages: '' }, log: silentLog, env });
    const found = await other.adopt(metadataOf(made, 'docker', made.bottle.handle), never);
    expect(await found?.exited).toBe(0);
    await found?.pullWorkspace(never);
    expect(readFileSync(join(made.spec.workspace.dir, 'a.txt'), 'utf8')).toBe('done\n');
  });
});
