import { expect, it } from 'vitest';
import { plantCanaries } from './canaries.ts';

const place = { guestHome: '/home/agent', mind: ['api.anthropic.com'], taken: new Set<string>() };

it('plants a variable and a file, and watches for each value in them', () => {
  const { env, files, secrets } = plantCanaries(place);
  const planted = `${Object.values(env).join(' ')} ${files.map((file) => String(file.content)).join(' ')}`;
  expect(secrets).toHaveLength(3);
  for (const { kind, value, name } of secrets) {
    expect(kind).toBe('canary');
    expect(planted).toContain(value);
    expect(name).not.toContain(value);
  }
  expect(files.map(({ path, mode }) => [path, mode])).toEqual([['/home/agent/.aws/credentials', 0o600]]);
});

it('gives no tool a profile to use unasked', () => {
  expect(plantCanaries(place).files.map((file) => String(file.content)).join('')).not.toContain('default');
});

it('plants others in every bottle', () => {
  const values = [plantCanaries(place), plantCanaries(place)].flatMap(({ secrets }) => secrets.map((one) => one.value));
  expect(new Set(values).size).toBe(6);
});

it('lets only the agent\'s own model read them', () => {
  expect(new Set(plantCanaries(place).secrets.flatMap((one) => one.home))).toEqual(new Set(['api.anthropic.com']));
});

it('leaves a variable and a file of the bottle\'s own alone', () => {
  expect(plantCanaries({ ...place, taken: new Set(['BACKUP_STORE_TOKEN', '/home/agent/.aws/credentials']) })).toEqual({ env: {}, files: [], secrets: [] });
});
