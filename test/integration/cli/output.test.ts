import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cli, createCommandLine, type CommandLine } from '../../support/host/commandLine.ts';

let line: CommandLine;
beforeEach(() => (line = createCommandLine({ manifests: {}, files: { 'readme.txt': 'hello' } })));
afterEach(() => line.close());

test.each([[['doctor']], [['--help']], [['list', '--json']]])('what a full disk did not take is said, and is no success: %j', (args) => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { env: line.env, stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
  closeSync(full);
  expect(stderr).toContain('The output could not be written: ENOSPC');
  expect(status).toBe(70);
});
