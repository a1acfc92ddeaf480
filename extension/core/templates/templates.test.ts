import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadAgent } from '../manifests/load.ts';
import { silentLog } from '../ports.ts';
import { blanked } from './blanks.ts';
import { createManifest, manifestPath } from './create.ts';
import { createManifestLanguage } from '../root.ts';
import { agentTemplate, isTemplateName, missingProvider, templateNames, templates, type TemplateName } from './templates.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'templates-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const names = Object.keys(templates).filter(isTemplateName);

async function loaded(name: TemplateName) {
  await createManifest(manifestPath(home, 'bottles', name), blanked(templates[name].bottle).text);
  await createManifest(manifestPath(home, 'agents', name), blanked(agentTemplate(name, templates[name].prompt)).text);
  return loadAgent({ home, workspace: undefined, name, log: silentLog });
}

describe('templates', () => {
  test.each(names)('%s is a valid agent in a valid bottle before anybody fills it in', async (name) => {
    const { agent, warnings } = await loaded(name);
    expect(agent.bottle).toBe(name);
    expect(warnings).toEqual([]);
    expect(blanked(templates[name].bottle).blanks.length).toBeGreaterThan(0);
  });

  test('say when they wait for a provider, and stand behind those that can be started', async () => {
    const language = createManifestLanguage({}, { roots: () => ({ home, workspaces: [] }), variables: async () => [], open: () => undefined });
    expect(templateNames.slice(-2)).toEqual(['codex', 'pi']);
    for (const name of names) {
      const { bottle } = await loaded(name);
      expect(bottle.agentProvider.template).toBe(templates[name].provider);
      const place = language.place(manifestPath(home, 'bottles', name));
      if (place === undefined) throw new Error('it is no manifest');
      const errors = (await language.diagnose({ place, text: blanked(templates[name].bottle).text })).filter((one) => one.severity === 'error');
      expect([name, errors.map((one) => one.message)]).toEqual([name, missingProvider(name) === null ? [] : [expect.stringContaining('There is no provider')]]);
    }
  });

  test('cover the common cases', async () => {
    const reach: Record<string, string> = {};
    for (const name of names) {
      const { bottle, routes } = await loaded(name);
      reach[name] = [bottle.agentProvider.template, ...routes.map((route) => route.host), ...bottle.gitGate.repos.keys()].join(' ');
    }
    expect(reach).toEqual({
      shell: 'shell',
      claude: 'claude',
      codex: 'codex',
      pi: 'pi',
      github: 'claude github.com api.github.com origin',
      gitlab: 'claude gitlab.com origin',
      gitea: 'claude gitea.example.com origin',
      node: 'claude registry.npmjs.org',
      python: 'claude pypi.org files.pythonhosted.org',
      go: 'claude proxy.golang.org sum.golang.org',
    });
  });

  test('let packages be read and not published', async () => {
    for (const name of ['node', 'python', 'go'] as const) {
      for (const route of (await loaded(name)).routes) expect(route.matches).toEqual([{ methods: ['GET', 'HEAD'] }]);
    }
  });

  test('name credentials, and hold none', () => {
    for (const { bottle } of Object.values(templates)) expect(bottle).not.toMatch(/sk-ant|ghp_|glpat-|BEGIN /);
  });
});

test('blanks are found where they stand once the marks are gone', () => {
  const { text, blanks } = blanked('a: «one»\nb: «»\nc: «one»\n');
  expect(text).toBe('a: one\nb: \nc: one\n');
  expect(blanks).toEqual([{ offset: 3, says: 'one' }, { offset: 10, says: '' }, { offset: 14, says: 'one' }]);
});

test('a manifest is private and never written over', async () => {
  const path = manifestPath(home, 'bottles', 'mine');
  expect(await createManifest(path, 'first')).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, 'mine');
  expect(await createManifest(path, 'second')).toBe(false);
  expect(readFileSync(path, 'utf8')).toBe('mine');
});

test.each(['', '../evil', 'Bad_Name', 'a.md', 'a/b'])('%j is no name of a manifest', (name) => {
  expect(() => manifestPath(home, 'bottles', name)).toThrow(expect.objectContaining({ code: 'usage' }));
});
