import { expect, it } from 'vitest';
import { causes } from './causes.ts';

it('the causes of an error are told from the outside in', () => {
  const inner = new TypeError('no socket', { cause: 'ECONNREFUSED' });
  expect(causes(new Error('failed', { cause: inner }))).toEqual(['TypeError: no socket', 'ECONNREFUSED']);
});

it('a circle of causes comes to an end', () => {
  const error = new Error('round');
  error.cause = error;
  expect(causes(error).length).toBeLessThan(20);
});
