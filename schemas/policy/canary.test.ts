import { expect, test } from 'vitest';
import { canaryBytes, makeCanary } from './canary.ts';

const random = Uint8Array.from({ length: canaryBytes }, (_, i) => (i * 37 + 11) % 256);

test.each([
  ['github-token', /^ghp_[A-Za-z0-9]{36}$/],
  ['aws-access-key', /^AKIA[A-Z2-7]{16}$/],
  ['aws-secret-key', /^[A-Za-z0-9/+]{40}$/],
] as const)('a %s looks like the vendor\'s', (kind, shape) => {
  expect(makeCanary(kind, random)).toMatch(shape);
});

test('other random bytes make another canary, too few make none', () => {
  expect(makeCanary('github-token', random)).not.toBe(makeCanary('github-token', random.map((byte) => byte ^ 1)));
  expect(() => makeCanary('github-token', new Uint8Array(8))).toThrow(RangeError);
});
