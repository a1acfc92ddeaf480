import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { caret, front, languageWorld, type LanguageWorld } from '../../../../test/support/manifests/language.ts';

let world: LanguageWorld;
beforeEach(() => {
  world = languageWorld({ variables: ['API_KEY', 'HOME'] });
});
afterEach(() => world.remove());

const labels = async (path: string, text: string): Promise<readonly string[]> => (await proposals(path, text)).map((one) => one.label);

async function proposals(path: string, text: string) {
  const of = world.manifest(path, text);
  return world.language.complete(of, of.offset);
}

/** The text after a proposal was taken; `$0` is where the cursor is then. */
async function taken(path: string, text: string, label: string): Promise<string> {
  const of = world.manifest(path, text);
  const one = (await world.language.complete(of, of.offset)).find((proposal) => proposal.label === label);
  if (one === undefined) throw new Error(`${label} is not proposed`);
  const insert = 'text' in one.insert ? one.insert.text : one.insert.snippet.replaceAll('\\', '').replace('$0', caret);
  return of.text.slice(0, one.replace.start) + insert + of.text.slice(one.replace.end);
}

const bottle = 'home/bottles/a.md';
const agent = 'home/agents/a.md';

describe('keys', () => {
  test('at the top are those of the file, without those that are there', async () => {
    const top = await labels(bottle, front(`supervise: true\n${caret}`));
    expect(top).toEqual(expect.arrayContaining(['extends', 'env', 'agent_provider', 'git-gate', 'egress']));
    expect(top).not.toContain('supervise');
    expect(top).not.toContain('runtime');
    expect(await labels(agent, front(caret))).toEqual(expect.arrayContaining(['bottle', 'skills', 'git-gate']));
  });

  test('come with their documentation', async () => {
    const egress = (await proposals(bottle, front(caret))).find((one) => one.label === 'egress');
    expect(egress).toMatchObject({ kind: 'key', detail: 'a map', documentation: expect.stringContaining('Hosts the bottle may reach') });
  });

  test('below a key are those of its map', async () => {
    expect(await labels(bottle, front(`egress:\n  ${caret}`))).toEqual(['routes', 'log']);
    expect(await labels(bottle, front(`egress:\n  log: 1\n  ro${caret}\nsupervise: true`))).toEqual(['routes']);
    expect(await labels(bottle, front(`agent_provider: {template: shell, ${caret}}`))).toEqual(expect.arrayContaining(['dockerfile', 'auth_token']));
    expect(await labels(agent, front(`git-gate:\n  user:\n    ${caret}`))).toEqual(['name', 'email']);
  });

  test('of a route are proposed behind the dash, between its keys and in a second one', async () => {
    for (const text of [`- ${caret}`, `- host: a.example\n      ${caret}`, `- host: a.example\n      ${caret}\n      plaintext: true`, `- host: a.example\n    - ${caret}`, `- {${caret}}`]) {
      expect(await labels(bottle, front(`egress:\n  routes:\n    ${text}`)), text).toEqual(expect.arrayContaining(['auth', 'matches', 'dlp', 'git']));
    }
  });

  test('of alternatives are those of all of them', async () => {
    expect(await labels(bottle, front(`git-gate:\n  repos:\n    app:\n      key:\n        ${caret}`))).toEqual(expect.arrayContaining(['provider', 'path', 'forge_token_env']));
  });

  test('of what is denied are those of what is allowed', async () => {
    for (const list of ['matches', 'deny']) {
      expect(await labels(bottle, front(`egress:\n  routes:\n    - host: a.example\n      ${list}:\n        - ${caret}`))).toEqual(['paths', 'methods', 'headers', 'query']);
      expect(await labels(bottle, front(`egress:\n  routes:\n    - host: a.example\n      ${list}:\n        - query:\n            - ${caret}`))).toEqual(['name', 'value', 'type']);
    }
    expect(await labels(bottle, front(`egress:\n  routes:\n    - host: a.example\n      deny: ${caret}`))).toEqual(['true']);
    const deny = (await proposals(bottle, front(`egress:\n  routes:\n    - host: a.example\n      ${caret}`))).find((one) => one.label === 'deny');
    expect(deny).toMatchObject({ kind: 'key', documentation: expect.stringContaining('blocked whatever allows them') });
  });

  test('are none in a comment, in the text below, and under a value', async () => {
    expect(await labels(bottle, front(`# ${caret}`))).toEqual([]);
    expect(await labels(bottle, front('supervise: true', caret))).toEqual([]);
    expect(await labels(bottle, front(`supervise: true # ${caret}`))).toEqual([]);
  });

  test('are proposed in a manifest that is not closed yet', async () => {
    expect(await labels(agent, `---\n${caret}`)).toContain('bottle');
  });

  test('bring what comes next, lined up', async () => {
    expect(await taken(bottle, front(caret), 'egress')).toBe(front(`egress:\n  ${caret}`));
    expect(await taken(bottle, front(`egress:\n  r${caret}`), 'routes')).toBe(front(`egress:\n  routes:\n    - ${caret}`));
    expect(await taken(bottle, front(`egress:\n  routes:\n    - ${caret}`), 'host')).toBe(front(`egress:\n  routes:\n    - host: ${caret}`));
    expect(await taken(bottle, front(`egress:\n  routes:\n    ${caret}`), 'host')).toBe(front(`egress:\n  routes:\n    - host: ${caret}`));
    expect(await taken(bottle, front(`egress:\n  routes:\n    - ${caret}`), 'auth')).toBe(front(`egress:\n  routes:\n    - auth:\n        ${caret}`));
    expect(await taken(bottle, front(`agent_provider: {te${caret}}`), 'template')).toBe(front(`agent_provider: {template: ${caret}}`));
    expect(await taken(bottle, front(`supe${caret}vise: true`), 'supervise')).toBe(front('supervise: true'));
  });
});

describe('values', () => {
  test('of closed lists and booleans', async () => {
    expect(await labels(bottle, front(`supervise: ${caret}`))).toEqual(['true', 'false']);
    expect(await labels(bottle, front(`egress:\n  log: ${caret}`))).toEqual(['0', '1', '2']);
    expect(await labels(bottle, front(`egress:\n  routes:\n    - host: a.example\n      auth: {scheme: B${caret}}`))).toEqual(expect.arrayContaining(['Bearer', 'token', 'x-api-key']));
    expect(await taken(bottle, front(`egress:\n  routes:\n    - host: a.example\n      auth: {scheme: B${caret}}`), 'Bearer')).toBe(front('egress:\n  routes:\n    - host: a.example\n      auth: {scheme: Bearer}'));
  });

  test('name the bottles there are, except the one that is written', async () => {
    world.write({ 'home/bottles/a.md': '', 'home/bottles/base.md': '', 'home/bottles/Odd.md': '' });
    expect(await labels(agent, front(`bottle: ${caret}`))).toEqual(['a', 'base']);
    expect(await labels(bottle, front(`extends: b${caret}`))).toEqual(['base']);
    expect(await taken(agent, front(`bottle: "b${caret}"`), 'base')).toBe(front('bottle: "base"'));
  });

  test('name providers and the skills of this machine', async () => {
    world.write({ 'person/.claude/skills/review/SKILL.md': '', 'person/.claude/skills/.git/x': '', 'person/.claude/skills/readme.txt': '' });
    expect(await labels(bottle, front(`agent_provider:\n  template: ${caret}`))).toEqual(['claude', 'shell']);
    for (const text of [`skills: [${caret}]`, `skills:\n  - ${caret}`, `skills:\n  ${caret}`]) expect(await labels(agent, front(text)), text).toEqual(['review']);
    expect(await taken(agent, front(`skills:\n  ${caret}`), 'review')).toBe(front('skills:\n  - review'));
  });

  test('name variables that exist, never a value', async () => {
    expect(await labels(bottle, front(`agent_provider: {auth_token: ${caret}}`))).toEqual(['API_KEY', 'HOME']);
    expect(await labels(bottle, front(`egress:\n  routes:\n    - host: a.example\n      auth:\n        token_ref: ${caret}`))).toEqual(['API_KEY', 'HOME']);
    expect(await labels(bottle, front(`env:\n  A: ${caret}`))).toEqual(['${API_KEY}', '${HOME}']);
    expect(await taken(bottle, front(`env:\n  A: $${caret}`), '${API_KEY}')).toBe(front('env:\n  A: "${API_KEY}"'));
    expect(await taken(bottle, front(`env:\n  A: "\${A${caret}}"`), '${API_KEY}')).toBe(front('env:\n  A: "${API_KEY}"'));
    expect(await taken(bottle, front(`env:\n  HOME: x\n  ${caret}`), 'API_KEY')).toBe(front(`env:\n  HOME: x\n  API_KEY: "\${API_KEY}"${caret}`));
  });

  test('of host are those seen in the egress logs, blocked ones first, ports as they are written; none that no route opens or that is listed', async () => {
    const line = (host: string, port: number, verdict: 'allow' | 'block') =>
      JSON.stringify({ ts: '2026-01-01T00:00:00.000Z', id: 'x', slug: 'one', verdict, method: 'GET', host, port, path: '/', reason: '', status: 403, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [] });
    const log = [line('seen.example', 443, 'allow'), line('db.example', 8443, 'block'), line('db.example', 8443, 'block'), 'damaged', line('not a host', 443, 'block'), line('169.254.169.254', 80, 'block'), line('metadata.google.internal', 80, 'block'), line('listed.example', 443, 'block'), line('seen.example', 80, 'allow')].join('\n');
    world.write({
      'home/state/one/egress/log.0.jsonl': `${line('db.example', 8443, 'block')}\n`,
      'home/state/one/egress/log.900.jsonl': `${log}\n`,
      'home/state/one/egress/log.jsonl': '->log.900.jsonl',
      'home/state/two/egress/log.jsonl': `${line('seen.example', 443, 'allow')}\n`,
    });
    const text = front(`egress:\n  routes:\n    - host: listed.example\n    - host: ${caret}`);
    expect((await proposals(bottle, text)).map(({ label, detail }) => `${label} (${detail})`)).toEqual(['db.example:8443 (3 blocked, 0 allowed)', 'seen.example (0 blocked, 3 allowed)']);
    expect(await taken(bottle, front(`egress:\n  routes:\n    - {host: db.ex${caret}}`), 'db.example:8443')).toBe(front('egress:\n  routes:\n    - {host: db.example:8443}'));
  });
});
