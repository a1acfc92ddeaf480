import { expect, it } from 'vitest';
import type { Backend } from '../backends/backend.ts';
import { probeMachine } from '../backends/bubblewrap/probe.ts';
import { probeDocker } from '../backends/docker/probe.ts';
import { createFakeBackend } from '../backends/fake/backend.ts';
import { chooseBackend } from './backendChoice.ts';

const runtime = { node: process.execPath, nodeEnv: {}, dist: '/nowhere', providerImages: '/nowhere' };
const self = { uid: 1000, gid: 1000 };
const broken = AbortSignal.abort(new Error('broken off'));

it.each([
  ['bubblewrap', () => probeMachine(runtime, self, {}, broken)],
  ['docker', () => probeDocker({ runtime, env: {} }, broken)],
])('a look at %s that is broken off says nothing about the machine', async (_name, probe) => {
  await expect(probe()).rejects.toThrow();
});

it('no backend is chosen or blamed once the start is broken off', async () => {
  const asked: string[] = [];
  const abort = new AbortController();
  const backend = (name: Backend['name']): Backend => ({
    ...createFakeBackend(),
    name,
    // As a program looks that got the same interrupt as we did.
    probe: async () => {
      asked.push(name);
      abort.abort(new Error('broken off'));
      return [{ id: name, ok: false, detail: 'It failed.', fix: '' }];
    },
  });
  const both = new Map([['bubblewrap', backend('bubblewrap')], ['docker', backend('docker')]] as const);
  await expect(chooseBackend(both, undefined, abort.signal)).rejects.toThrow('broken off');
  await expect(chooseBackend(both, 'docker', abort.signal)).rejects.toThrow('broken off');
  expect(asked).toEqual(['bubblewrap', 'docker']);
});
