import { expect, test } from 'vitest';
import { exitStatus, statusOfError } from './exitStatus.ts';

test('errors end with a status of the documented table, and never with 0', () => {
  const documented = new Set<number>(Object.values(exitStatus));
  for (const status of Object.values(statusOfError)) expect(documented).toContain(status);
  expect(Object.values(statusOfError)).not.toContain(0);
});
