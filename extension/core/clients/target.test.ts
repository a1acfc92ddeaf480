import { describe, expect, it } from 'vitest';
import type { Route } from '../../../schemas/policy/route.ts';
import { targetOf } from './target.ts';

const of = (...routes: Route[]) => targetOf({ log: 1, routes });

describe('where the clients try', () => {
  it('is the route that restricts least, rather without a credential', () => {
    const locked: Route = { host: 'a.example.com', matches: [{ paths: [{ value: '/api' }] }] };
    const paid: Route = { host: 'b.example.com', auth_scheme: 'Bearer', token_env: 'T' };
    expect(of(locked, paid, { host: 'c.example.com' })?.url).toBe('https://c.example.com/');
    expect(of(locked, paid)?.url).toBe('https://b.example.com/');
    expect(of(locked)).toEqual({ url: 'https://a.example.com/api', base: 'https://a.example.com/api', place: 'a.example.com:443' });
  });

  it('carries the port and the brackets of an address', () => {
    expect(of({ host: '[2606:4700::1111]:8443' })?.url).toBe('https://[2606:4700::1111]:8443/');
  });

  it('is nowhere when no route lets a GET through', () => {
    expect(of()).toBeUndefined();
    expect(of({ host: 'a.example.com', matches: [{ methods: ['POST'] }] }, { host: '*.example.com' })).toBeUndefined();
  });
});
