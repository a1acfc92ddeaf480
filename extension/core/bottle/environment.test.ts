import { fenceVariables, isFenceVariable } from '../../../schemas/manifest/fenceVariables.ts';
import { describe, expect, it } from 'vitest';
import { bottleEnvironment, mergeEnvironment } from './environment.ts';

const fixed = bottleEnvironment({ slug: 's', guestHome: '/home/agent', guestWorkspace: '/workspace', term: 'xterm-256color' });

describe('the agent\'s environment', () => {
  it('names the proxy in both cases', () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) expect(fixed[name]).toBe('http://127.0.0.1:9099');
  });

  it('never lets provider or manifest replace what the fence needs', () => {
    const env = mergeEnvironment({ HTTPS_PROXY: 'x', A: 'provider' }, { HTTPS_PROXY: 'y', A: 'manifest', B: '1' }, fixed);
    expect(env).toMatchObject({ HTTPS_PROXY: 'http://127.0.0.1:9099', A: 'manifest', B: '1' });
  });

  it('lets the manifest say what only looks and language depend on', () => {
    const said = { TERM: 'vt100', LANG: 'de_DE.UTF-8', LC_ALL: 'C', COLORTERM: '', SHELL: '/bin/sh', EDITOR: 'vi', PAGER: 'cat', TZ: 'UTC' };
    expect(mergeEnvironment({ TERM: 'dumb' }, said, fixed)).toMatchObject(said);
    expect(mergeEnvironment({}, {}, fixed)).toMatchObject({ TERM: 'xterm-256color', SHELL: '/bin/bash' });
  });

  it('drops nothing that a manifest may say', () => {
    const accepted = Object.keys(fixed).filter((name) => !isFenceVariable(name));
    const said = Object.fromEntries(accepted.map((name) => [name, 'said']));
    expect(mergeEnvironment({}, said, fixed)).toMatchObject(said);
    expect(Object.keys(fixed)).toEqual(expect.arrayContaining([...fenceVariables]));
  });

  it('holds nothing of the host\'s environment', () => {
    expect(Object.keys(fixed).filter((name) => /TOKEN|KEY|SECRET|SSH|DBUS|XDG/.test(name))).toEqual([]);
  });
});
