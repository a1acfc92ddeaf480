// What a start says before anything runs: broken off, without the values it needs, and as a dry run.
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createCommandLine, type CommandLine } from '../../support/host/commandLine.ts';

const agent = { 'agents/dev.md': '---\nbottle: dev\n---\n' };
const bottle = (yaml: string): Record<string, string> => ({ ...agent, 'bottles/dev.md': `---\nagent_provider:\n  template: shell\n${yaml}---\n` });

let cli: CommandLine;
afterEach(() => cli.close());

describe('a start that is broken off while it looks at the machine', () => {
  test.each([
    ['before the program answers', 'kill -INT $PPID; exec tail -f /dev/null'],
    ['by an interrupt that the program gets too', 'kill -INT $PPID; kill -INT $$'],
  ])('is no broken machine: %s', async (_when, script) => {
    cli = createCommandLine({ manifests: bottle(''), files: { 'a.txt': 'a', 'bin/bwrap': `#!/bin/sh\n${script}\n` } });
    chmodSync(join(cli.workspace, 'bin/bwrap'), 0o755);
    const { code, text, stderr } = await cli.run(['start', 'dev', '--yes'], '', { PATH: `${join(cli.workspace, 'bin')}:${process.env['PATH'] ?? ''}` });
    expect([code, text, stderr]).toEqual([77, '', 'bot-bottle: The start was cancelled; nothing is left of it.\n']);
    expect(existsSync(join(cli.home, 'state'))).toBe(false);
  });
});
