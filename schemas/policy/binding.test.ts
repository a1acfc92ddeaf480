import { describe, expect, test } from 'vitest';
import { bindingsOf, extendBindings } from './binding.ts';
import type { Bindings } from './binding.ts';

const route = { host: 'api.example.com', auth_scheme: 'Bearer', token_env: 'ONE' } as const;
const bound = (): Bindings => {
  const made = bindingsOf({ routes: [route] });
  if (!made.ok) throw new Error(made.reason);
  return made.value;
};
const no = (): boolean => false;

describe('a credential slot', () => {
  test('belongs to the canonical place of its route', () => {
    expect(bindingsOf({ routes: [{ ...route, host: 'API.Example.com.' }] })).toEqual({ ok: true, value: new Map([['ONE', { place: 'api.example.com:443', scheme: 'Bearer' }]]) });
  });

  test('cannot serve two places', () => {
    expect(bindingsOf({ routes: [route, { ...route, host: 'evil.example' }] })).toEqual({ ok: false, reason: expect.stringContaining('evil.example:443') });
  });

  test.each(['evil.example', 'api.example.com:8443', 'api.example.com.evil.example'])('cannot be moved to %s', (host) => {
    expect(extendBindings(bound(), { routes: [{ ...route, host }] }, no)).toEqual({ ok: false, reason: expect.stringMatching(/ONE.*given for api\.example\.com:443 only/) });
  });

  test('cannot be written in another way, such as into a query that ends in logs', () => {
    expect(extendBindings(bound(), { routes: [{ ...route, auth_scheme: 'query:key' }] }, no)).toMatchObject({ ok: false });
  });

  test('stays bound while no route names it', () => {
    const without = extendBindings(bound(), { routes: [] }, no);
    expect(without.ok && extendBindings(without.value, { routes: [{ ...route, host: 'evil.example' }] }, () => true)).toMatchObject({ ok: false });
    expect(without.ok && extendBindings(without.value, { routes: [route] }, no)).toMatchObject({ ok: true });
  });

  test('that nobody gave a value is refused; one that comes with a value is bound', () => {
    const more = { routes: [route, { host: 'two.example', auth_scheme: 'token', token_env: 'TWO' }] } as const;
    expect(extendBindings(bound(), more, no)).toMatchObject({ ok: false });
    expect(extendBindings(bound(), more, (slot) => slot === 'TWO')).toMatchObject({ ok: true });
  });
});
