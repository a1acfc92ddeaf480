import { expect, it } from 'vitest';
import { hostProxy } from './hostProxy.ts';

it('takes the lower-case spelling first, and empty values for none', () => {
  expect(hostProxy({ HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1', HTTP_PROXY: '', NO_PROXY: 'a,b' })).toEqual({ https: 'http://lower:1', noProxy: 'a,b' });
});

it('knows ALL_PROXY for both, and gives nothing where there is none', () => {
  expect(hostProxy({ ALL_PROXY: 'http://all:1' })).toEqual({ https: 'http://all:1', http: 'http://all:1' });
  expect(hostProxy({ NO_PROXY: '*' })).toBeUndefined();
});
