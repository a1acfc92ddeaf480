import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseTypedUrl } from '../../../schemas/policy/url.ts';
import { errorSentence, explainRequest, readGoodRoutes, readRoutes } from './routesAtHand.ts';
import type { Explanation } from './routesAtHand.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bottle-routes-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (text: string): string => {
  writeFileSync(join(folder, 'routes.yaml'), text);
  return join(folder, 'routes.yaml');
};

const file = 'log: 2\nroutes:\n- host: a.test\n  matches:\n  - methods: [GET]\n    paths: [{value: /api}]\n- {host: 10.0.0.1}\n- {host: bücher.example, private_addresses: true}\n- {host: pinned.test, tls_passthrough: true, budget: {sent: 1MiB, window: 1h}}\n- host: c.test\n  deny:\n  - methods: [DELETE]\n  - query: [{name: admin}]\n- host: d.test\n  deny: true\n';

async function explained(method: string, text: string): Promise<Explanation> {
  const url = parseTypedUrl(text);
  if (!url.ok) throw new Error(url.reason);
  return explainRequest(await readGoodRoutes(write(file)), { ...url.value, method, headers: [] });
}

describe('an explanation', () => {
  test('names the clause, its place in the file, and what only a real request can show', async () => {
    expect(await explained('GET', 'https://a.test/api/x')).toMatchObject({ verdict: 'allow', clause: 'routes[0].matches[0]', line: 5, column: 5, hint: '', steps: expect.arrayContaining(['routes[0] is the route of a.test:443']), stillAsked: [expect.stringContaining('public addresses only'), expect.any(String), expect.any(String)] });
  });

  test('of a refusal says what to do', async () => {
    expect(await explained('POST', 'https://a.test/api')).toMatchObject({ verdict: 'block', clause: 'routes[0].matches', line: 4, column: 3, hint: expect.stringContaining('Propose'), stillAsked: [] });
    expect(await explained('TRACE', 'https://a.test/api')).toMatchObject({ verdict: 'block', clause: 'method', line: null, column: null });
    expect(await explained('GET', 'https://b.test/')).toMatchObject({ verdict: 'block', clause: 'routes', line: 2 });
  });

  test('of TLS that passes unread says that nothing inside is judged, and that a budget is asked later', async () => {
    expect(await explained('DELETE', 'https://pinned.test/whatever')).toMatchObject({
      verdict: 'allow', clause: 'routes[3]', line: 9, reason: expect.stringContaining('nothing inside is seen or judged'),
      stillAsked: [expect.stringContaining('resolves'), 'whether the TLS handshake names this host', 'whether the budget of the route has room (1MiB sent in 1h)'],
    });
    expect(await explained('GET', 'http://pinned.test/')).toMatchObject({ verdict: 'block', clause: 'plaintext' });
  });

  test('of what is denied names the entry, its place, and no way round', async () => {
    expect(await explained('GET', 'https://c.test/?admin=1')).toMatchObject({ verdict: 'block', clause: 'routes[4].deny[1]', line: 13, column: 5, hint: expect.stringContaining('no other rule lets it pass'), steps: expect.arrayContaining(['routes[4].deny[0] does not fit', 'routes[4].deny[1] fits']) });
    expect(await explained('GET', 'https://d.test/')).toMatchObject({ verdict: 'block', clause: 'routes[5].deny', line: 15, column: 3, steps: ['routes[5].deny blocks the whole host', expect.any(String)] });
  });

  test('asks about an address at once when the URL has one', async () => {
    expect(await explained('GET', 'https://10.0.0.1/')).toMatchObject({ verdict: 'block', clause: 'address', reason: '10.0.0.1 is a private address' });
  });

  test('knows hosts as people write them', async () => {
    expect(await explained('GET', 'https://bücher.example/')).toMatchObject({ verdict: 'allow', clause: 'routes[2]', steps: [expect.stringContaining('bücher.example:443 (xn--bcher-kva.example:443)'), expect.any(String)] });
  });
});

describe('a routes file', () => {
  test('with mistakes is told mistake by mistake, or by the first where it cannot be used', async () => {
    const path = write('routes:\n- host: "*"\n- hots: x\n');
    const read = await readRoutes(path);
    const errors = 'errors' in read ? read.errors : [];
    expect(errors.map((error) => errorSentence('r.yaml', error))).toEqual(['r.yaml:2:3: routes[0].host: "*" is every host; name the hosts', expect.stringMatching(/^r\.yaml:3:\d: routes\[1\]\.h/), expect.stringMatching(/^r\.yaml:3:\d: routes\[1\]/)]);
    await expect(readGoodRoutes(path)).rejects.toMatchObject({ code: 'routes-invalid', message: expect.stringContaining(':2:3: routes[0].host') });
  });

  test('that cannot be read is named', async () => {
    await expect(readRoutes(join(folder, 'none.yaml'))).rejects.toMatchObject({ code: 'routes-invalid', message: expect.stringContaining('none.yaml') });
  });
});
