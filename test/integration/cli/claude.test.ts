import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestAuthority } from '../../support/host/authority.ts';
import { whyNot } from '../../support/host/backends.ts';
import { createCommandLine, type CommandLine } from '../../support/host/commandLine.ts';
import { extraCaFile } from '../../support/host/extraCa.ts';
import { startModel, type ModelServer } from '../../support/model/server.ts';

const realToken = 'sk-ant-oat01-the-real-one-never-enters-the-bottle';

describe.each(['bubblewrap', 'docker'] as const)('Claude Code headless with %s', (backend) => {
  const reason = whyNot(backend);
  if (reason !== undefined) {
    test.skip(`everything (${reason})`, () => undefined);
    return;
  }
  let folder = '';
  let model: ModelServer;
  let cli: CommandLine;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bottle-claude-'));
    const authority = createTestAuthority();
    model = await startModel(authority);
    cli = createCommandLine({
      manifests: {
        'bottles/claude.md': [
          '---', 'agent_provider:', '  template: claude', '  auth_token: TEST_MODEL_TOKEN', 'env:', `  ANTHROPIC_BASE_URL: ${model.url}`,
          'egress:', '  routes:', `    - host: ${model.host}`, '      private_addresses: true', '---', '',
        ].join('\n'),
        'agents/claude.md': '---\nbottle: claude\n---\nBe brief.\n',
      },
      files: { 'sum.js': 'export const sum = (a, b) => a - b;\n' },
      env: { TEST_MODEL_TOKEN: realToken, BOT_BOTTLE_EXTRA_CA: extraCaFile(folder, authority.certPem) },
    });
  });
  afterAll(async () => {
    await cli.close();
    await model.close();
    rmSync(folder, { recursive: true });
  });

  test('it edits a file inside, the model saw the real token, the bottle did not', { timeout: 900_000 }, async () => {
    const prompt = `Do this: {{bash:sed -i "s/a - b/a + b/" sum.js && cat /proc/$PPID/environ | tr '\\0' '\\n' > seen.txt}} {{say:The sum is right again.}}`;
    const run = await cli.run(['start', 'claude', '--yes', '--backend', backend, '--label', 'fix', '--headless', '--prompt', prompt]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.text).toContain('The sum is right again.');
    const asked = model.requests.filter((request) => request.path.endsWith('/v1/messages'));
    expect(asked.length).toBeGreaterThan(1);
    expect(new Set(asked.map((request) => request.authorization))).toEqual(new Set([`Bearer ${realToken}`]));

    expect(readFileSync(join(cli.workspace, 'sum.js'), 'utf8')).toContain('a - b');
    const patch = (await cli.run(['changes', 'fix', '--patch'])).text;
    expect(patch).toContain('+export const sum = (a, b) => a + b;');
    expect(patch).toContain('CLAUDE_CODE_OAUTH_TOKEN=sk-ant-oat01-egress-placeholder');
    expect(patch).not.toContain(realToken);
    expect((await cli.run(['apply', 'fix', 'sum.js'])).code).toBe(0);
    expect(readFileSync(join(cli.workspace, 'sum.js'), 'utf8')).toContain('a + b');
    expect((await cli.run(['log', 'fix'])).text).not.toContain(realToken);
  });
});
