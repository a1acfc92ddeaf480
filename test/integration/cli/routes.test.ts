import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../../support/host/backends.ts';
import { createCommandLine, type CommandLine } from '../../support/host/commandLine.ts';

const routesFile = 'log: 2\nroutes:\n- host: a.test\n  matches:\n  - methods: [GET]\n    headers: [{name: x-team, value: red}]\n  - paths: [{value: /api}]\n';

const line = (more: object): string =>
  JSON.stringify({ ts: '2030-01-02T03:04:05.678Z', id: 'r-1', slug: 's', verdict: 'block', method: 'POST', host: 'a.test', port: 443, path: '/api/x', reason: '', status: 403, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [], clause: 'routes', ...more });

describe('routes and explain', () => {
  let cli: CommandLine;
  beforeAll(() => {
    cli = createCommandLine({
      manifests: {},
      files: { 'routes.yaml': routesFile, 'bad.yaml': 'routes:\n- host: "*.com"\n  pathes: []\n', 'log.jsonl': `${line({})}\n`, 'torn.jsonl': `${line({})}\nnonsense\n`, 'damaged.jsonl': 'nonsense\nmore\n', 'failing.jsonl': `${line({ verdict: 'allow', method: 'PUT', path: '/x' })}\n` },
    });
  });
  afterAll(() => cli.close());

  test('a good file is checked, with what it would change', async () => {
    expect(await cli.json(['routes', 'check', 'routes.yaml'])).toMatchObject({ ok: true, routes: 1, errors: [], replay: null });
    expect(await cli.json(['routes', 'check', 'routes.yaml', '--replay', 'log.jsonl'])).toMatchObject({ ok: true, replay: { lines: 1, newlyAllowed: [{ host: 'a.test', path: '/api/x', clause: 'routes[0].matches[1]' }], newlyBlocked: [] } });
  });

  test('something that would newly fail fails the check', async () => {
    const checked = await cli.run(['routes', 'check', 'routes.yaml', '--replay', 'failing.jsonl', '--json']);
    expect(checked.code).toBe(1);
    expect(JSON.parse(checked.text)).toMatchObject({ ok: false, replay: { newlyBlocked: [{ method: 'PUT', path: '/x', clause: 'routes[0].matches' }] } });
    expect((await cli.run(['routes', 'check', 'routes.yaml', '--replay', 'failing.jsonl'])).text).toMatch(/would newly fail:\n {2}1 x PUT a\.test:443\/x/);
  });

  test('damaged lines are told, and a log of nothing else fails the check', async () => {
    const some = await cli.run(['routes', 'check', 'routes.yaml', '--replay', 'torn.jsonl']);
    expect([some.code, some.text]).toEqual([0, expect.stringContaining('1 line of the log is damaged and was not judged.')]);
    const all = await cli.run(['routes', 'check', 'routes.yaml', '--replay', 'damaged.jsonl']);
    expect([all.code, all.text]).toEqual([1, expect.stringContaining('2 lines of the log are damaged and were not judged.')]);
  });

  test('a bad file ends with 65 and says where', async () => {
    const checked = await cli.run(['routes', 'check', 'bad.yaml']);
    expect(checked.code).toBe(65);
    expect(checked.text).toMatch(/^bad\.yaml:2:3: routes\[0\]\.host: .*any owner/m);
    expect(checked.text).toMatch(/^bad\.yaml:3:3: routes\[0\]\.pathes: unknown key$/m);
    const asJson = await cli.run(['routes', 'check', 'bad.yaml', '--json']);
    expect([asJson.code, JSON.parse(asJson.text)]).toEqual([65, expect.objectContaining({ ok: false, errors: expect.arrayContaining([expect.objectContaining({ line: 2, column: 3, key: 'routes[0].host' })]) })]);
  });

  test.each([
    [['routes', 'check', 'none.yaml'], 65],
    [['routes', 'check', 'routes.yaml', '--replay', 'none.jsonl'], 64],
    [['routes', 'check', 'routes.yaml', '--replay', '.'], 64],
    [['routes', 'chekc', 'routes.yaml'], 64],
    [['routes', 'nobody'], 1],
    [['explain', 'GET', 'https://a.test/'], 64],
    [['explain', '--routes', 'bad.yaml', 'GET', 'https://a.test/'], 65],
    [['explain', '--routes', 'routes.yaml', 'GET', 'a.test'], 64],
    [['explain', '--routes', 'routes.yaml', '--header', 'oops', 'GET', 'https://a.test/'], 64],
  ])('%j ends with %i', async (args, code) => {
    const { code: ended, text, stderr } = await cli.run(args);
    expect([ended, text]).toEqual([code, '']);
    expect(stderr).not.toBe('');
  });

  test('a request is explained by the first clause that decides, with its place', async () => {
    expect(await cli.json(['explain', '--routes', 'routes.yaml', 'POST', 'https://A.test./%61pi'])).toMatchObject({ verdict: 'allow', clause: 'routes[0].matches[1]', line: 7, column: 5, host: 'a.test', port: 443 });
    expect(await cli.json(['explain', '--routes', 'routes.yaml', 'GET', 'https://a.test/'])).toMatchObject({ verdict: 'block', clause: 'routes[0].matches', hint: expect.any(String) });
    expect(await cli.json(['explain', '--routes', 'routes.yaml', '--header', 'X-Team: red', 'GET', 'https://a.test/'])).toMatchObject({ verdict: 'allow', clause: 'routes[0].matches[0]' });
    expect((await cli.run(['explain', '--routes', 'routes.yaml', 'GET', 'https://b.test/'])).text).toMatch(/^block: https:\/\/b\.test:443 is not listed\ndecided by routes at routes\.yaml:2:1/m);
  });
});

describe.skipIf(whyNot('bubblewrap') !== undefined)('the live routes of a bottle', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = createCommandLine({
      manifests: {
        'bottles/shell.md': '---\nagent_provider: {template: shell}\negress:\n  log: 1\n  routes:\n    - host: api.example.com\n      auth: {scheme: Bearer, token_ref: ROUTES_TEST_TOKEN}\n    - host: uploads.example.com\n      auth: {scheme: Bearer, token_ref: ROUTES_TEST_TOKEN}\n---\n',
        'agents/shell.md': '---\nbottle: shell\n---\n',
      },
      files: { 'a.txt': 'a' },
      env: { ROUTES_TEST_TOKEN: 'routes-test-token-that-nobody-may-see' },
    });
    const started = await cli.run(['start', 'shell', '--yes', '--detach', '--label', 'live', '--backend', 'bubblewrap', '--json']);
    expect(started.code, started.stderr).toBe(0);
  }, 120_000);
  afterAll(() => cli.close());

  test('are a routes file: complete, checked, without a value of a secret', async () => {
    const { text, code } = await cli.run(['routes', 'live']);
    expect(code).toBe(0);
    expect(text).toBe(readFileSync(join(cli.home, 'state', 'live', 'egress', 'routes.yaml'), 'utf8'));
    expect(text).not.toContain('nobody-may-see');
    mkdirSync(cli.workspace, { recursive: true });
    writeFileSync(join(cli.workspace, 'printed.yaml'), text);
    expect(await cli.json(['routes', 'check', 'printed.yaml', '--replay', join(cli.home, 'state', 'live', 'egress', 'log.jsonl')])).toMatchObject({ ok: true, routes: 2, replay: { newlyAllowed: [], newlyBlocked: [] } });
    expect(await cli.json(['routes', 'live'])).toMatchObject({
      slug: 'live', log: 1,
      routes: [{ host: 'api.example.com', token_env: 'EGRESS_TOKEN_1' }, { host: 'uploads.example.com', token_env: 'EGRESS_TOKEN_2' }],
      usage: { routes: expect.any(Array) },
    });
  });
});
