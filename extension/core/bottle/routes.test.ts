import { describe, expect, it } from 'vitest';
import { bottleRoutes } from './routes.ts';

const model = { host: 'api.anthropic.com', auth_scheme: 'Bearer', token_env: 'CLAUDE_TOKEN' } as const;

describe('the routes of a bottle', () => {
  it('name slots, never host variables', () => {
    const { file, slots } = bottleRoutes([], [model], 2);
    expect(file.routes).toEqual([{ ...model, token_env: 'EGRESS_TOKEN_1' }]);
    expect([...slots]).toEqual([['EGRESS_TOKEN_1', 'CLAUDE_TOKEN']]);
  });

  it('give one variable one slot', () => {
    const { file, slots } = bottleRoutes([{ ...model, host: 'a.example' }], [model], 2);
    expect(file.routes.map((route) => route.token_env)).toEqual(['EGRESS_TOKEN_1', 'EGRESS_TOKEN_1']);
    expect(slots.size).toBe(1);
  });

  it('join the provider\'s credential to the manifest\'s own words for the same host', () => {
    const { file } = bottleRoutes([{ host: model.host, private_addresses: true }], [model], 2);
    expect(file.routes).toEqual([{ host: model.host, private_addresses: true, auth_scheme: 'Bearer', token_env: 'EGRESS_TOKEN_1' }]);
  });

  it('leave a credential that the manifest chose alone', () => {
    const own = { host: model.host, auth_scheme: 'token', token_env: 'MINE' } as const;
    const { slots } = bottleRoutes([own], [model], 2);
    expect([...slots.values()]).toEqual(['MINE']);
  });
});
