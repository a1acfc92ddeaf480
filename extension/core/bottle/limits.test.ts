import { describe, expect, it } from 'vitest';
import { resourcesOf } from '../../../schemas/manifest/resources.ts';
import { workspaceOf } from '../../../schemas/manifest/workspace.ts';
import { defaultLimits, limitsOf } from './limits.ts';
import { chooseWorkspace } from './workspaceChoice.ts';
import { createFakeBackend } from '../backends/fake/backend.ts';

const never = new AbortController().signal;
const owner = { uid: 1000, gid: 1000 };

describe('the bounds of a bottle', () => {
  it('are the usual ones where the bottle says nothing', () => {
    expect(limitsOf(resourcesOf({}), { name: 'docker', holds: new Set() })).toEqual(defaultLimits());
  });

  it('are those that the bottle names', () => {
    const asked = { ...resourcesOf({}), cpus: 1.5, memoryBytes: 1024 ** 3, pids: 100, sessionMs: 60_000, diskBytes: 1024 ** 3 };
    expect(limitsOf(asked, { name: 'bubblewrap', holds: new Set(['sessionMs', 'diskBytes']) })).toMatchObject({ cpus: 1.5, memoryBytes: 1024 ** 3, pids: 100, sessionMs: 60_000, diskBytes: 1024 ** 3, fileBytes: 1024 ** 3 });
  });

  it.each([['disk', 'diskBytes'], ['session_time', 'sessionMs'], ['idle_time', 'idleMs']] as const)('are refused before a start when the backend cannot hold %s', (key, limit) => {
    const asked = { ...resourcesOf({}), [limit]: 100_000_000 };
    expect(() => limitsOf(asked, { name: 'docker', holds: new Set() })).toThrow(expect.objectContaining({ code: 'backend-cannot', message: `The bottle sets resources.${key}, which the docker backend cannot hold.` }));
  });
});

describe('the choice of a workspace', () => {
  const backend = createFakeBackend();
  const overlaying = { ...backend, workspaceMode: async () => ({ mode: 'overlay', reason: 'It can.' }) as const };
  const choose = (asked: Parameters<typeof workspaceOf>[0], by = overlaying) => chooseWorkspace(by, '/nowhere', owner, workspaceOf(asked), never);

  it('is the backend\'s where the bottle says nothing, and the bottle\'s where it does', async () => {
    expect(await choose({})).toEqual({ mode: 'overlay', reason: 'It can.', notes: [] });
    expect(await choose({ mode: 'overlay' })).toMatchObject({ mode: 'overlay' });
    expect(await choose({ mode: 'copy' })).toMatchObject({ mode: 'copy' });
    expect(await choose({ exclude: ['data'] })).toMatchObject({ mode: 'copy', reason: expect.stringContaining('leaves parts') });
  });

  it('is refused where an overlay cannot be had or could not leave anything out', async () => {
    await expect(chooseWorkspace(backend, '/nowhere', owner, workspaceOf({ mode: 'overlay' }), never)).rejects.toMatchObject({ code: 'backend-cannot', message: expect.stringContaining('no mounts') });
    await expect(choose({ mode: 'overlay', include: ['src'] })).rejects.toMatchObject({ code: 'backend-cannot' });
  });
});
