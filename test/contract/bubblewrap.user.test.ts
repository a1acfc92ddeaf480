import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { removeTree } from '../../extension/core/files/removeTree.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A uid without name or home: nothing but what an ordinary user has by itself. */
const ordinary = 54_321;

describe.runIf(process.getuid?.() === 0)('bubblewrap for an ordinary user', () => {
  it('passes the same contract', { timeout: 300_000 }, async () => {
    const home = await mkdtemp(join(tmpdir(), 'bot-bottle-user-'));
    await chown(home, ordinary, ordinary);
    await chmod(home, 0o755);
    const report = join(home, 'report.json');
    try {
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      const setpriv = ['--reuid', String(ordinary), '--regid', String(ordinary), '--clear-groups', '--'];
      const argv = [process.execPath, vitest, 'run', '--configLoader', 'runner', '--project', 'contract', 'test/contract/bubblewrap.test.ts', '--reporter=json', `--outputFile=${report}`];
      const run = promisify(execFile)('setpriv', [...setpriv, ...argv], {
        cwd: root,
        env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home },
        maxBuffer: 64 * 1024 * 1024,
      });
      // A failed test inside makes the exit code 1; what failed is in the report.
      const problem = await run.then(() => '', (error: unknown) => String(error));
      const said = summary(JSON.parse(await readFile(report, 'utf8')));
      expect({ ...said, problem }).toMatchObject({ failed: [], problem: '' });
      expect(said.passed).toBeGreaterThan(30);
    } finally {
      await removeTree(home);
    }
  });
});

const reportSchema = z.object({
  numPassedTests: z.number(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()) })) })),
});

function summary(report: unknown): { readonly passed: number; readonly failed: readonly string[] } {
  const { numPassedTests, testResults } = reportSchema.parse(report);
  const failed = testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === 'failed');
  return { passed: numPassedTests, failed: failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join(' ')}`) };
}
