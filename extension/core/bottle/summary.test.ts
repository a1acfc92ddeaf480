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

it('tells how many requests were refused, 0 before the first, and why the egress is closed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'summary-'));
  try {
    expect(await summarize({ ...metadata, workspace: { ...metadata.workspace, hidden: [] } }, folder)).toMatchObject({ blocked: 0 });
    await mkdir(join(folder, 'egress'));
    await writeFile(join(folder, 'egress', 'incident.json'), '{"at":');
    expect((await summarize({ ...metadata, workspace: { ...metadata.workspace, hidden: [] } }, folder)).incident).toBeUndefined();
    const incident = { at: '2026-01-02T03:04:05Z', canary: 'the variable X', host: 'evil.example', port: 443, method: 'GET', where: 'path' };
    await writeFile(join(folder, 'egress', 'incident.json'), JSON.stringify(incident));
    expect(await summarize({ ...metadata, workspace: { ...metadata.workspace, hidden: [] } }, folder)).toMatchObject({ incident });
    await writeFile(join(folder, 'egress', 'usage.json'), JSON.stringify({ version: 1, allowed: 3, blocked: 40_000, routes: {} }));
    expect(await summarize({ ...metadata, workspace: { ...metadata.workspace, hidden: [] } }, folder)).toMatchObject({ blocked: 40_000 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
