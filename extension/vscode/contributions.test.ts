import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import words from '../../package.nls.json' with { type: 'json' };
import { commandIds, contextPrefix, schemes, settingIds, viewIds } from './ids.ts';

const { contributes } = packageJson;
const menus = Object.entries(contributes.menus).flatMap(([menu, entries]) => entries.map((entry) => ({ menu, ...entry })));

describe('package.json and the code', () => {
  it('know the same commands', () => {
    expect(contributes.commands.map((one) => one.command).sort()).toEqual(Object.values(commandIds).sort());
  });

  it('know the same settings', () => {
    expect(Object.keys(contributes.configuration[0]?.properties ?? {}).sort()).toEqual(Object.values(settingIds).sort());
  });

  it('know the same views', () => {
    expect(Object.values(contributes.views).flat().map((view) => view.id).sort()).toEqual(Object.values(viewIds).sort());
  });

  it('know the same read-only schemes', () => {
    expect(contributes.resourceLabelFormatters.map((one) => one.scheme).sort()).toEqual([schemes.base, schemes.change, schemes.host].sort());
  });

  it('have one schema for routes files, in either notation, where the build puts it', () => {
    const urls = [...contributes.jsonValidation, ...contributes.yamlValidation].map((one) => one.url);
    expect(new Set(urls)).toEqual(new Set(['./dist/schemas/routes.schema.json']));
  });

  it('use context keys that the code sets', () => {
    const set = ['machine', 'agents', 'bottles', 'recommended', 'reviewActive'].map((key) => contextPrefix + key);
    const conditions = [...menus.map((entry) => entry.when), ...contributes.viewsWelcome.map((one) => one.when)];
    const used = conditions.flatMap((when) => when.match(/(?<![=] )botBottle\.\w+/g) ?? []);
    expect(new Set(used)).toEqual(new Set(set));
  });

  it('have a text for every key, and no text without one', async () => {
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    const used = [...text.matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]);
    expect(new Set(used)).toEqual(new Set(Object.keys(words)));
  });
});

describe('the commands', () => {
  it('all have a rule in the palette, so that none is offered where it cannot work', () => {
    const ruled = contributes.menus.commandPalette.map((entry) => entry.command);
    expect(ruled.sort()).toEqual(Object.values(commandIds).sort());
  });

  it('need a trusted workspace, except the one that shows our log', () => {
    const free = contributes.commands.filter((one) => !('enablement' in one)).map((one) => one.command);
    expect(free).toEqual([commandIds.showLog]);
  });

  it('of menus exist', () => {
    const known: readonly string[] = Object.values(commandIds);
    expect(menus.filter((entry) => !known.includes(entry.command))).toEqual([]);
  });

  it('of welcome texts exist', () => {
    const known: readonly string[] = Object.values(commandIds);
    const linked = Object.values(words).flatMap((text) => [...text.matchAll(/command:(botBottle\.\w+)/g)].map((match) => match[1] ?? ''));
    expect(linked.length).toBeGreaterThan(3);
    expect(linked.filter((command) => !known.includes(command))).toEqual([]);
  });
});

describe('the settings', () => {
  it('belong to the machine, so that no workspace can change them', () => {
    const scopes = Object.values(contributes.configuration[0]?.properties ?? {}).map((property) => property.scope);
    expect(new Set(scopes)).toEqual(new Set(['machine']));
  });
});
