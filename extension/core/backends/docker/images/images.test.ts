import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBuildEvent } from './buildEvent.ts';
import { readDefinition } from './definition.ts';
import { imageTag } from './tag.ts';

describe('image tags', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'bot-bottle-image-'));
    mkdirSync(join(root, 'tool'));
    writeFileSync(join(root, 'tool', 'Dockerfile'), 'FROM x\n');
    writeFileSync(join(root, 'tool', 'image.json'), '{"from":"base"}');
    writeFileSync(join(root, 'ca.pem'), 'authority');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const tag = async (base: string, ca?: string): Promise<string> => {
    const runtime = { node: '', nodeEnv: {}, dist: root, providerImages: root };
    return imageTag(await readDefinition('tool', runtime, ca), base);
  };

  it('are the same for the same input and differ for another base or file, not for another authority', async () => {
    const first = await tag('base:1');
    expect(first).toMatch(/^bot-bottle-tool:[0-9a-f]{12}$/);
    expect(await tag('base:1')).toBe(first);
    expect(await tag('base:1', join(root, 'ca.pem'))).toBe(first);
    const others = [await tag('base:2')];
    writeFileSync(join(root, 'tool', 'more.sh'), '');
    others.push(await tag('base:1'));
    expect(new Set([first, ...others]).size).toBe(3);
  });

  it('say what is missing', async () => {
    await expect(tag('base:1', '/no/such/ca.pem')).rejects.toMatchObject({ code: 'image-failed', message: 'BOT_BOTTLE_EXTRA_CA names /no/such/ca.pem, which cannot be read.' });
    writeFileSync(join(root, 'tool', 'image.json'), '{"from":"base","bundles":["none"]}');
    await expect(tag('base:1')).rejects.toMatchObject({ code: 'image-failed', hint: 'Run npm run build.' });
    writeFileSync(join(root, 'tool', 'image.json'), '{"from":"base","typo":1}');
    await expect(tag('base:1')).rejects.toMatchObject({ code: 'image-failed' });
  });
});

describe('build events', () => {
  it.each([
    [{ stream: 'Step 2/5 : RUN make\n' }, { kind: 'step', number: 2, of: 5, text: 'RUN make' }],
    [{ stream: ' ---> abc\n' }, { kind: 'output', text: ' ---> abc\n' }],
    [{ error: 'short', errorDetail: { message: 'long' } }, { kind: 'error', text: 'long' }],
    [{ status: 'Downloading', id: 'l1', progressDetail: { current: 5, total: 9 } }, { kind: 'bytes', layer: 'l1', current: 5 }],
    [{ aux: { ID: 'x' } }, { kind: 'nothing' }],
    ['hostile', { kind: 'nothing' }],
  ])('reads %j', (event, news) => {
    expect(readBuildEvent(event)).toEqual(news);
  });
});
