import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { summarize } from './summary.ts';

const metadata = {
  version: 1,
  slug: 'one',
  agent: 'a',
  bottle: 'b',
  provider: 'shell',
  backend: 'docker',
  label: '',
  color: null,
  startedAt: '',
  state: 'running',
  exitCode: null,
  workspace: { mode: 'copy', host: '/w', guest: '/workspace', hidden: [] },
  owner: { uid: 1, gid: 1 },
  scratch: '/s',
  handle: {},
} as const;

it('counts refusals in a log of any length, also where a piece of it ends in one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'summary-'));
  try {
    expect(await summarize({ ...metadata, workspace: { ...metadata.workspace, hidden: [] } }, folder)).toMatchObject({ blocked: 0 });
    await mkdir(join(folder, 'egress'));
    const line = (verdict: string): string => `{"verdict":"${verdict}","path":"\\"verdict\\":\\"block\\""}\n`;
    await writeFile(join(folder, 'egress', 'log.jsonl'), (line('block') + line('allow')).repeat(40_000));
    expect(await summarize({ ...metadata, workspace: { ...metadata.workspace, hidden: [] } }, folder)).toMatchObject({ blocked: 40_000 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
