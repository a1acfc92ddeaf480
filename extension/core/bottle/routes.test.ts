import { describe, expect, it } from 'vitest';
import { bottleRoutes } from './routes.ts';

const model = { host: 'api.anthropic.com', auth_scheme: 'Bearer', token_env: 'CLAUDE_TOKEN' } as const;

const nowhere = new Map<string, never>();

describe('the routes of a bottle', () => {
  it('name slots, never host variables', () => {
    const { file, slots } = bottleRoutes([], [model], 2, nowhere);
    expect(file.routes).toEqual([{ ...model, token_env: 'EGRESS_TOKEN_1' }]);
    expect([...slots]).toEqual([['EGRESS_TOKEN_1', 'CLAUDE_TOKEN']]);
  });

  it('bind a slot to one place, also when one variable serves two', () => {
    const { file, slots } = bottleRoutes([{ ...model, host: 'a.example' }], [model], 2, nowhere);
    expect(file.routes.map((route) => route.token_env)).toEqual(['EGRESS_TOKEN_1', 'EGRESS_TOKEN_2']);
    expect([...slots.values()]).toEqual(['CLAUDE_TOKEN', 'CLAUDE_TOKEN']);
  });

  it('join the provider\'s credential to the manifest\'s own words for the same host', () => {
    const { file } = bottleRoutes([{ host: model.host, private_addresses: true }], [model], 2, nowhere);
    expect(file.routes).toEqual([{ host: model.host, private_addresses: true, auth_scheme: 'Bearer', token_env: 'EGRESS_TOKEN_1' }]);
  });

  it('know one place in two spellings', () => {
    expect(bottleRoutes([{ host: 'API.anthropic.com.:443' }], [model], 2, nowhere).file.routes).toEqual([{ host: 'API.anthropic.com.:443', auth_scheme: 'Bearer', token_env: 'EGRESS_TOKEN_1' }]);
  });

  it('take the provider\'s lock unless the manifest says itself what may pass', () => {
    const locked = { ...model, matches: [{ paths: [{ type: 'exact' as const, value: '/v1/messages' }] }] };
    const wider = [{ paths: [{ value: '/v1' }] }];
    expect(bottleRoutes([{ host: model.host }], [locked], 2, nowhere).file.routes[0]?.matches).toEqual(locked.matches);
    expect(bottleRoutes([{ host: model.host, matches: wider }], [locked], 2, nowhere).file.routes[0]?.matches).toEqual(wider);
  });

  it('keep what the manifest denies beside the provider\'s lock', () => {
    const locked = { ...model, matches: [{ paths: [{ type: 'exact' as const, value: '/v1/messages' }] }] };
    const deny = [{ headers: [{ name: 'anthropic-beta', value: '.*', type: 'regex' as const }] }];
    expect(bottleRoutes([{ host: model.host, deny }], [locked], 2, nowhere).file.routes).toEqual([{ host: model.host, deny, auth_scheme: 'Bearer', token_env: 'EGRESS_TOKEN_1', matches: locked.matches }]);
  });

  it('cannot be made when the manifest denies what the provider needs', () => {
    expect(() => bottleRoutes([{ host: model.host, deny: true }], [model], 2, nowhere)).toThrow(/provider needs api\.anthropic\.com, and the bottle denies it/);
    expect(() => bottleRoutes([{ host: '*.anthropic.com', deny: true }], [model], 2, nowhere)).toThrow(/api\.anthropic\.com cannot be enforced: .*\*\.anthropic\.com \(routes\[0\]\) is denied as a whole/);
  });

  it('are refused at the place that wrote them', () => {
    const origin = { file: '/home/bottles/base.md', line: 7, column: 5, path: [] };
    const second = new Map([['egress.routes[1]', origin]]);
    expect(() => bottleRoutes([{ host: 'a.example' }, { host: model.host, deny: true }], [model], 2, second)).toThrow(/^\/home\/bottles\/base\.md:7:5: The provider needs api\.anthropic\.com/);
    expect(() => bottleRoutes([{ host: 'a.example' }, { host: model.host, tls_passthrough: true }], [model], 2, second)).toThrow(/^\/home\/bottles\/base\.md:7:5: The route for api\.anthropic\.com cannot be enforced/);
  });

  it('that the proxy would refuse stop the plan', () => {
    expect(() => bottleRoutes([{ host: '169.254.169.254' }], [], 2, nowhere)).toThrow(/169\.254\.169\.254 cannot be enforced: routes\[0\]\.host: .*always blocked/);
  });

  it('leave a credential that the manifest chose alone', () => {
    const own = { host: model.host, auth_scheme: 'token', token_env: 'MINE' } as const;
    const { slots } = bottleRoutes([own], [model], 2, nowhere);
    expect([...slots.values()]).toEqual(['MINE']);
  });
});
