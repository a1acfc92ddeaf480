import { execFile } from 'node:child_process';
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pack as createPack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineThat } from '../../../../../test/support/docker/answers.ts';
import { removeTree } from '../../../files/removeTree.ts';
import { createClient } from '../engine/client.ts';
import { pullVolume } from './pull.ts';

const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
/** A uid without name or home: nothing but what an ordinary user has by itself. */
const ordinary = 54_321;

describe('a workspace brought back from an engine', () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bot-bottle-pull-'));
    folder = join(root, 'workspace');
    await mkdir(folder);
  });
  afterEach(() => removeTree(root));

  it('replaces what came before, also where the agent locked folders', async () => {
    let version = 0;
    const engine = await engineThat((_request, response) => {
      version += 1;
      const pack = createPack();
      for (const name of ['workspace/', 'workspace/gomod/', 'workspace/gomod/pkg/']) pack.entry({ name, type: 'directory', mode: 0o555 });
      pack.entry({ name: 'workspace/gomod/pkg/x.go', mode: 0o444 }, `v${version}`);
      pack.finalize();
      pack.pipe(response);
    });
    try {
      const docker = await createClient({ kind: 'unix', path: engine.path });
      for (const wanted of ['v1', 'v2', 'v3']) {
        await pullVolume(docker.getContainer('bridge'), folder, owner, AbortSignal.timeout(60_000));
        expect(readFileSync(join(folder, 'gomod/pkg/x.go'), 'utf8')).toBe(wanted);
      }
    } finally {
      await engine.close();
    }
    expect(lstatSync(join(folder, 'gomod/pkg')).mode & 0o777).toBe(0o555);
    expect(readdirSync(root)).toEqual(['workspace']);
  });

  // Permissions do not hold root back, so root lets somebody else do the same.
  it.runIf(owner.uid === 0)('is brought back the same way by an ordinary user', { timeout: 60_000 }, async () => {
    await chown(root, ordinary, ordinary);
    await chmod(root, 0o755);
    const setpriv = ['--reuid', String(ordinary), '--regid', String(ordinary), '--clear-groups', '--'];
    const argv = [process.execPath, join(process.cwd(), 'node_modules/vitest/vitest.mjs'), 'run', '--configLoader', 'runner', '--project', 'unit', import.meta.filename];
    const env = { PATH: process.env['PATH'], HOME: root, TMPDIR: root };
    const { stdout } = await promisify(execFile)('setpriv', [...setpriv, ...argv], { env });
    expect(stdout).toMatch(/1 passed/);
  });
});
