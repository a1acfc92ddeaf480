import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { extraHosts } from './extraHosts.ts';
import { environmentScript, guestEntries } from './guest.ts';
import { overlayOptions, overlayPathProblem } from './overlay.ts';

describe('environment script', () => {
  it('gives every value to a shell exactly as it is', () => {
    const env = { A: "it's", B: 'two\nlines', C: '$(touch x) `y` "z" \\', D: '' };
    const out = execFileSync('/usr/bin/env', ['-i', '/bin/sh', '-c', `${environmentScript(env)}\nunset PWD; exec /usr/bin/env -0`], { encoding: 'utf8' });
    expect(Object.fromEntries(out.split('\0').filter(Boolean).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))).toEqual(env);
  });

  it.each(['', 'A B', 'A;rm', '1A', 'A=B'])('refuses the name %j', (name) => {
    expect(() => environmentScript({ [name]: 'x' })).toThrow(/cannot be an environment variable/);
  });
});

describe('guest files', () => {
  const spec = { owner: { uid: 7, gid: 8 }, env: {}, caCertPem: 'pem', guestHome: '/home/agent' };

  it('come with every folder above them, parents first', () => {
    const entries = guestEntries({ ...spec, files: [{ path: '/home/agent/a/b/c', mode: 0o600, content: 'x' }] });
    expect(entries.slice(4).map(({ path, mode }) => [path, mode])).toEqual([['home', 0o700], ['home/a', 0o700], ['home/a/b', 0o700], ['home/a/b/c', 0o600]]);
  });

  it.each(['/home/agent', '/home/agent/../other/x', '/etc/passwd', 'relative'])('are refused outside the home (%s)', (path) => {
    expect(() => guestEntries({ ...spec, files: [{ path, mode: 0o600, content: '' }] })).toThrow(/not under/);
  });
});

describe('overlay options', () => {
  it('make the upper folder a whole difference', () => {
    expect(overlayOptions({ mode: 'overlay', lower: '/l', upper: '/u', work: '/w' })).toEqual({
      type: 'overlay', device: 'overlay', o: 'lowerdir=/l,upperdir=/u,workdir=/w,userxattr,metacopy=off,index=off',
    });
  });

  it.each([['/a/b c', true], ['/a:b', false], ['/a,b', false], ['/a\\b', false], ['/a"b', false], [`/${'x'.repeat(2000)}`, false]])('can carry %s: %s', (path, can) => {
    expect(overlayPathProblem(path) === undefined).toBe(can);
  });
});

describe('extra hosts', () => {
  const file = '127.0.0.1 localhost\n127.0.0.1 forge.test model.test # mine\n10.1.2.3\tlan.test LAN2.test\n::1 forge.test\nbroken line\n';

  it('carry names of routes over, loopback as the host', () => {
    expect(extraHosts(file, ['forge.test', 'lan2.test:8443', 'localhost', 'other.test'], true)).toEqual(['forge.test:host-gateway', 'lan2.test:10.1.2.3']);
  });

  it('leave loopback names out for an engine elsewhere', () => {
    expect(extraHosts(file, ['forge.test', 'lan.test'], false)).toEqual(['lan.test:10.1.2.3']);
  });
});
