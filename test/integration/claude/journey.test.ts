import { mkdtempSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changeSetSchema } from '../../../schemas/protocol/changeSet.ts';
import { createTestAuthority } from '../../support/host/authority.ts';
import { type CommandLine, createCommandLine } from '../../support/host/commandLine.ts';
import { extraCaFile } from '../../support/host/extraCa.ts';
import { type ModelServer, startModel } from '../../support/model/server.ts';

const token = 'sk-ant-oat01-the-real-one-0123456789abcdefghijklmnop';

const files = {
  'package.json': '{ "name": "sample", "type": "module", "scripts": { "test": "node --test" } }\n',
  'sum.js': 'export const sum = (a, b) => a - b;\n',
  'sum.test.js': "import { test } from 'node:test';\nimport { equal } from 'node:assert';\nimport { sum } from './sum.js';\ntest('adds', () => equal(sum(2, 2), 4));\n",
};
const fixed = 'export const sum = (a, b) => a + b;\n';
const prompt = `{{write:/workspace/sum.js:${fixed.trim()}}} {{bash:node --test > /workspace/result.txt 2>&1; echo exit $? >> /workspace/result.txt}} {{say:ALLDONE}}`;

let folder = '';
let model: ModelServer;
let caFile = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'claude-'));
  const authority = createTestAuthority();
  caFile = extraCaFile(folder, authority.certPem);
  model = await startModel(authority);
});
afterAll(async () => {
  await model.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['bubblewrap', 'docker'])('Claude Code in a bottle on %s', (backend) => {
  let cli: CommandLine;
  let before = 0;
  beforeEach(() => {
    before = model.requests.length;
    cli = createCommandLine({
      manifests: {
        'bottles/claude.md': `---\nenv:\n  ANTHROPIC_BASE_URL: "${model.url}"\nagent_provider:\n  template: claude\n  auth_token: CLAUDE_TEST_TOKEN\negress:\n  routes:\n    - host: "${model.host}"\n      private_addresses: true\n---\n`,
        'agents/claude.md': '---\nbottle: claude\n---\nYou are brief.\n',
      },
      files,
      env: { CLAUDE_TEST_TOKEN: token, BOT_BOTTLE_EXTRA_CA: caFile },
    });
  });
  afterEach(() => cli.close());

  it('mends the failing test, with the real token on the wire and a placeholder inside', async () => {
    const started = z.object({ slug: z.string() }).parse(await cli.json(['start', 'claude', '--yes', '--detach', '--label', 'journey', '--backend', backend]));
    const terminal = cli.onTerminal(['attach', started.slug], { cols: 120, rows: 40 });
    await terminal.shows(/bypass permissions|\? for shortcuts/i, 90_000);
    terminal.pty.write(prompt);
    await terminal.shows('{{say');
    terminal.pty.write('\r');
    await terminal.shows(/(?<!say:)ALLDONE/, 90_000);

    const inference = model.requests.slice(before).filter((request) => request.path.endsWith('/v1/messages'));
    expect(inference.length).toBeGreaterThan(2);
    expect(new Set(inference.map((request) => request.authorization))).toEqual(new Set([`Bearer ${token}`]));

    const inside = await cli.run(['exec', started.slug, '--', 'sh', '-c', 'env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null; find / -xdev -type f -readable -size -2M \\( -path "/home/*" -o -path "/run/*" -o -path "/tmp/*" -o -path "/etc/*" -o -path "/workspace/*" \\) -exec cat {} + 2>/dev/null']);
    expect(inside.text).toContain('egress-placeholder');
    expect(inside.text).not.toContain(token);
    if (backend === 'docker') expect(inspected(started.slug)).not.toContain(token);

    expect(await readFile(join(cli.workspace, 'sum.js'), 'utf8')).toBe(files['sum.js']);
    const changes = changeSetSchema.parse(await cli.json(['changes', started.slug]));
    expect(changes.files.map((file) => [file.path, file.status])).toEqual([['result.txt', 'added'], ['sum.js', 'modified']]);
    const applied = await cli.run(['apply', started.slug, '--all']);
    expect(applied.code).toBe(0);
    expect(await readFile(join(cli.workspace, 'result.txt'), 'utf8')).toContain('exit 0');
    expect(execFileSync(process.execPath, ['--test'], { cwd: cli.workspace }).toString()).toContain('pass 1');
    terminal.pty.kill('SIGHUP');
  }, 240_000);
});

/** Everything the engine tells about the objects of one bottle. */
function inspected(slug: string): string {
  const ids = execFileSync('docker', ['ps', '-aq', '--filter', `label=bot-bottle.slug=${slug}`]).toString().split('\n').filter(Boolean);
  expect(ids.length).toBe(3);
  return execFileSync('docker', ['inspect', ...ids]).toString();
}
