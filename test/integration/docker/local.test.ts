import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDockerBackend } from '../../../extension/core/backends/docker/backend.ts';
import { labels } from '../../../extension/core/backends/docker/bottle/objects.ts';
import { processMark } from '../../../extension/core/bottle/processMark.ts';
import { sessionUsage } from '../../../extension/core/egress/usage.ts';
import { silentLog } from '../../../extension/core/ports.ts';
import { throwawayName } from '../../../extension/core/process/throwaway.ts';
import { idle, makeBench, seen, type Bench } from '../../contract/bench.ts';
import { eventually } from '../../support/backends/read.ts';
import { metadataOf } from '../../support/backends/spec.ts';
import { dockerWorld, type DockerWorld } from '../../support/docker/world.ts';

describe('an engine on this machine', () => {
  let world: DockerWorld;
  let bench: Bench;
  const never = new AbortController().signal;
  const probes = async (): Promise<string[]> => {
    const filters = { label: [labels.probe] };
    const containers = await world.docker.listContainers({ all: true, filters });
    const { Volumes: volumes } = await world.docker.listVolumes({ filters });
    return [...containers.flatMap(({ Names: names }) => names), ...(volumes ?? []).map(({ Name: name }) => name)];
  };

  beforeAll(async () => {
    world = await dockerWorld();
    bench = makeBench(world);
  });
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  it('mounts an overlay of a folder of the owner, also with spaces in its path, and leaves no trace of having tried', async () => {
    const { workspace } = await bench.make({ script: idle });
    const spaced = `${workspace} with spaces`;
    cpSync(workspace, spaced, { recursive: true });
    chownSync(spaced, world.owner.uid, world.owner.gid);
    for (const folder of [workspace, spaced]) expect(await world.backend.workspaceMode(folder, world.owner, never)).toMatchObject({ mode: 'overlay' });
    expect((await probes()).filter((name) => name.includes(`-${process.pid}-`))).toEqual([]);
  });

  it('sweeps what a crashed process left of its questions, and no question that is being asked', async () => {
    const alive = throwawayName('probe');
    const dead = alive.replace(/-[0-9]+-([0-9a-f]+)$/, '-1-$1');
    for (const Name of [alive, dead]) await world.docker.createVolume({ Name, Labels: { [labels.probe]: 'workspace' } });
    const { spec } = await bench.make({ script: idle });
    expect((await world.backend.sweep(dirname(spec.stateDir), new Set(), never)).removed).toContain(dead);
    expect(await probes()).toContain(alive);
    expect(await probes()).not.toContain(dead);
    await world.docker.getVolume(alive).remove();
  });

  it.each(['odd:name', 'odd,name'])('copies a folder whose name overlay options cannot carry (%s)', async (name) => {
    const { workspace } = await bench.make({ script: idle });
    const choice = await world.backend.workspaceMode(join(workspace, name), world.owner, never);
    expect(choice).toMatchObject({ mode: 'copy', reason: expect.stringContaining('its path contains') });
  });

  it('does not take a bottle of another engine for one that is gone', async () => {
    const made = await bench.start({ script: idle });
    const handle = { ...made.bottle.handle, agent: 'f'.repeat(64) };
    expect(await world.backend.adopt(metadataOf(made, 'docker', handle), never)).toBeUndefined();
    await expect(world.backend.adopt(metadataOf(made, 'docker', { ...handle, engine: 'ssh://elsewhere' }), never)).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringContaining('ssh://elsewhere'),
    });
  });

  it('leaves the objects of a start under way to the process that starts it', async () => {
    const made = await bench.start({ script: idle });
    const metadata = { ...metadataOf(made, 'docker', { starter: processMark(process.pid) }), state: 'starting' };
    writeFileSync(join(made.spec.stateDir, 'metadata.json'), JSON.stringify(metadata));
    expect(await world.backend.sweep(made.stateRoot, new Set(), never)).toEqual({ removed: [] });
    writeFileSync(join(made.spec.stateDir, 'metadata.json'), JSON.stringify({ ...metadata, handle: {} }));
    expect((await world.backend.sweep(made.stateRoot, new Set(), never)).removed).not.toEqual([]);
  });

  it('shows no credential and no value of the environment in anything that docker inspect prints', async () => {
    const secret = 'tok-3e1b9c5d7f';
    const forwarded = 'fwd-8a2c4e6f10';
    const { bottle, spec } = await bench.start({
      script: idle,
      env: { FORWARDED: forwarded },
      credentials: { TOKEN: secret },
      routes: { log: 1, routes: [{ host: 'api.example.com', auth_scheme: 'Bearer', token_env: 'TOKEN' }] },
    });
    const ids = ['agent', 'bridge', 'sidecar'].map((role) => String(bottle.handle[role]));
    const shown = await Promise.all(ids.map(async (id) => JSON.stringify(await world.docker.getContainer(id).inspect())));
    const logs = await Promise.all(ids.map(async (id) => (await world.docker.getContainer(id).logs({ stdout: true, stderr: true, follow: false })).toString()));
    const everything = [...shown, ...logs, JSON.stringify(await world.docker.listVolumes()), JSON.stringify(bottle.handle)].join('\n');
    expect(everything).toContain(spec.slug);
    for (const value of [secret, forwarded, spec.sidecar.ca.keyPem.split('\n')[1] ?? '']) expect(everything).not.toContain(value);
    expect((await bench.run(bottle, 'echo $FORWARDED')).stdout).toBe(`${forwarded}\n`);
  });

  it('gives no container more than it needs', async () => {
    const { bottle } = await bench.start({ script: idle });
    for (const role of ['agent', 'bridge', 'sidecar']) {
      const { HostConfig: host, Config: config } = await world.docker.getContainer(String(bottle.handle[role])).inspect();
      expect({ role, drop: host.CapDrop, add: host.CapAdd, rootfs: host.ReadonlyRootfs, privileged: host.Privileged, user: config.User.startsWith('0') }).toEqual({
        role, drop: ['ALL'], add: null, rootfs: true, privileged: false, user: false,
      });
      expect(host.SecurityOpt).toContain('no-new-privileges');
      expect(JSON.stringify(host)).not.toContain('docker.sock');
    }
  });

  it('writes the egress log where the host reads it, at once', async () => {
    const { bottle, spec } = await bench.start({ script: idle });
    await bench.run(bottle, 'curl -s -o /dev/null http://denied.example.com/');
    expect(readFileSync(join(spec.stateDir, 'egress', 'log.jsonl'), 'utf8')).toContain('denied.example.com');
    await eventually(async () => sessionUsage(spec.stateDir), (usage) => usage?.blocked === 1);
  });

  it('sweeps a bottle that lost its sidecar and touches neither a whole one nor what is not ours', async () => {
    const [broken, whole] = await Promise.all([bench.start({ script: idle }), bench.start({ script: idle })]);
    for (const made of [broken, whole]) writeFileSync(join(made.spec.stateDir, 'metadata.json'), JSON.stringify(metadataOf(made, 'docker', made.bottle.handle)));
    const image = (await world.docker.getContainer(String(whole.bottle.handle['agent'])).inspect()).Image;
    const foreign = await world.docker.createContainer({ Image: image, Cmd: ['true'], name: `foreign-${broken.spec.slug}`, Labels: { 'bot-bottle.note': 'not ours' } });
    const stranger = await world.docker.createContainer({ Image: image, Cmd: ['true'], Labels: { [labels.slug]: broken.spec.slug, [labels.home]: '0123456789abcdef', [labels.role]: 'agent' } });
    await world.docker.createVolume({ Name: `foreign-${whole.spec.slug}` });
    try {
      await world.crash(broken.bottle);
      const report = await world.backend.sweep(broken.stateRoot, new Set(), never);
      expect([...report.removed].sort()).toEqual(['agent', 'bridge', 'sidecar', 'workspace'].map((role) => expect.stringMatching(new RegExp(`^bot-bottle-${broken.spec.slug}-${role}-[0-9a-f]{6}$`))));
      expect((await world.backend.sweep(whole.stateRoot, new Set(), never)).removed).toEqual([]);
      await expect(foreign.inspect()).resolves.toBeDefined();
      await expect(stranger.inspect()).resolves.toBeDefined();
      await expect(world.docker.getVolume(`foreign-${whole.spec.slug}`).inspect()).resolves.toBeDefined();
      expect(await seen(await whole.bottle.attach({ cols: 80, rows: 24 }), /ready/)).toContain('ready');
    } finally {
      await Promise.all([foreign.remove({ force: true }), stranger.remove({ force: true }), world.docker.getVolume(`foreign-${whole.spec.slug}`).remove()]);
    }
  });

  it('leaves an ended agent alone until its end is on record', async () => {
    const made = await bench.start({ script: 'exit 4' });
    await made.bottle.exited;
    const metadata = metadataOf(made, 'docker', made.bottle.handle);
    const record = (state: 'running' | 'exited'): void => writeFileSync(join(made.spec.stateDir, 'metadata.json'), JSON.stringify({ ...metadata, state }));
    record('running');
    expect((await world.backend.sweep(made.stateRoot, new Set(), never)).removed).toEqual([]);
    record('exited');
    expect((await world.backend.sweep(made.stateRoot, new Set(), never)).removed).toHaveLength(4);
  });

  it('does not disturb a bottle when another start takes its name', async () => {
    const made = await bench.start({ script: idle });
    const second = { ...made.spec, stateDir: `${made.spec.stateDir}-second` };
    await expect(world.backend.start(second, { report: () => undefined }, never)).rejects.toMatchObject({ code: 'busy', hint: expect.stringContaining('cleanup') });
    expect((await bench.run(made.bottle, 'echo alive')).stdout).toBe('alive\n');
  });

  it('gives each home its own names: two bottles of one slug run side by side', async () => {
    const [mine, theirs] = [await bench.start({ script: idle }), await bench.make({ script: idle })];
    // A home elsewhere at the same engine: another person's, or a dev container's with the same path.
    const other = await world.backend.start({ ...theirs.spec, slug: mine.spec.slug }, { report: () => undefined }, never);
    try {
      expect((await bench.run(mine.bottle, 'echo mine')).stdout).toBe('mine\n');
      expect((await bench.run(other, 'echo theirs')).stdout).toBe('theirs\n');
      await world.backend.sweep(mine.stateRoot, new Set(), never);
      expect((await bench.run(other, 'echo theirs')).stdout).toBe('theirs\n');
    } finally {
      await other.stop();
    }
  });

  it('names the step and the last words of an image build that fails, and leaves no container of it', async () => {
    const providerImages = mkdtempSync(join(tmpdir(), 'bot-bottle-images-'));
    cpSync(world.runtime.providerImages, providerImages, { recursive: true });
    writeFileSync(join(providerImages, 'shell', 'Dockerfile'), `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN echo unhappy ${Date.now()} && exit 7\n`);
    const backend = createDockerBackend({ runtime: { ...world.runtime, providerImages }, log: silentLog, env: world.env });
    const { spec } = await bench.make({ script: idle });
    const error = await backend.start(spec, { report: () => undefined }, never).catch((thrown: unknown) => thrown);
    rmSync(providerImages, { recursive: true });
    expect(error).toMatchObject({ code: 'image-failed' });
    expect(String(error)).toMatch(/step 3 of 4, RUN echo unhappy[^]*returned a non-zero code: 7[^]*unhappy/);
    expect((await world.docker.listContainers({ all: true })).filter(({ Command }) => Command.includes('unhappy'))).toEqual([]);
  });

  it('says how to go on when the base image cannot be fetched', async () => {
    const backend = createDockerBackend({ runtime: world.runtime, log: silentLog, env: { ...world.env, BOT_BOTTLE_BASE_IMAGE: 'registry.invalid/none:1' } });
    const { spec } = await bench.make({ script: idle });
    const error = await backend.start(spec, { report: () => undefined }, never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'image-failed', hint: expect.stringContaining('scripts/images/base.mjs') });
  });

  it('ends a build that is cancelled, in a moment', async () => {
    const providerImages = mkdtempSync(join(tmpdir(), 'bot-bottle-images-'));
    cpSync(world.runtime.providerImages, providerImages, { recursive: true });
    writeFileSync(join(providerImages, 'shell', 'Dockerfile'), `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN echo ${Date.now()}; sleep 600\n`);
    const backend = createDockerBackend({ runtime: { ...world.runtime, providerImages }, log: silentLog, env: world.env });
    const { spec } = await bench.make({ script: idle });
    const abort = new AbortController();
    const starting = backend.start(spec, { report: (step) => (step.detail?.includes('sleep 600') === true ? abort.abort() : undefined) }, abort.signal);
    await expect(starting).rejects.toMatchObject({ code: 'cancelled' });
    rmSync(providerImages, { recursive: true });
    expect(await world.leftovers(spec.slug)).toEqual([]);
  });

  it.each([0, 30, 60, 120, 240, 480, 900])('leaves nothing when a start is aborted after %i ms', async (ms) => {
    const { spec } = await bench.make({ script: idle });
    const abort = new AbortController();
    const starting = world.backend.start(spec, { report: () => undefined }, abort.signal).then(
      (bottle) => bottle.stop(),
      (error: unknown) => expect(error).toMatchObject({ code: 'cancelled' }),
    );
    const timer = setTimeout(() => abort.abort(), ms);
    await starting;
    clearTimeout(timer);
    expect(await world.leftovers(spec.slug)).toEqual([]);
    expect(existsSync(join(spec.stateDir, 'docker'))).toBe(false);
  });
});
