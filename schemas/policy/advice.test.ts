import { expect, test } from 'vitest';
import { adviceOn } from './advice.ts';
import type { Route } from './route.ts';

const advised = (route: Route): readonly string[] => adviceOn({ log: 1, routes: [{ host: 'other.test' }, route] }).map(({ path }) => path.join('.'));

test.each([
  [{ host: '10.0.0.1' }, ['routes.1.host']],
  [{ host: 'localhost:8080', plaintext: true }, ['routes.1.host']],
  [{ host: '[fd00::1]' }, ['routes.1.host']],
  [{ host: '10.0.0.1', private_addresses: true }, []],
  [{ host: 'a.test', plaintext: true }, []],
  [{ host: 'a.test', plaintext: true, auth_scheme: 'Bearer', token_env: 'T' }, ['routes.1.plaintext']],
] as [Route, string[]][])('%j: advice on %j', (route, expected) => {
  expect(advised(route)).toEqual(expected);
});
