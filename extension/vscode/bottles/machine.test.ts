import { describe, expect, it } from 'vitest';
import { machineReady } from './machine.ts';

const check = (id: string, ok: boolean) => ({ id, ok, detail: '', fix: '' });

describe('a machine', () => {
  it('is ready when one backend passes all its checks', () => {
    expect(machineReady([check('docker.engine', false), check('bubblewrap.program', true), check('bubblewrap.namespaces', true)])).toBe(true);
  });

  it('is ready although a manifest is wrong', () => {
    expect(machineReady([check('manifest.shell', false), check('docker.engine', true)])).toBe(true);
  });

  it('is not ready when every backend lacks something', () => {
    expect(machineReady([check('home', true), check('docker.engine', false), check('bubblewrap.program', true), check('bubblewrap.overlay', false)])).toBe(false);
  });

  it('is not ready when nobody looked at a backend', () => {
    expect(machineReady([check('home', true)])).toBe(false);
  });
});
