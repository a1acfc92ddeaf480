import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { commandSuite } from './commands.ts';
import { documentSuite } from './documents.ts';
import { draftSuite } from './drafts.ts';
import { manifestSuite } from './manifests.ts';
import { starterSuite } from './starters.ts';

/** Runs every suite inside the extension host; what `@vscode/test-electron` and our own runner call. */
export function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: 'spec', color: false });
  mocha.suite.emit('pre-require', globalThis, 'inhost', mocha);
  commandSuite();
  documentSuite();
  starterSuite();
  manifestSuite();
  draftSuite();
  const results: { title: string; error: string | null }[] = [];
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const file = process.env['BOT_BOTTLE_TEST_REPORT'];
      if (file !== undefined) writeFileSync(file, JSON.stringify(results));
      if (failures === 0) resolve();
      else reject(new Error(`${failures} tests failed`));
    });
    runner.on('pass', (test) => results.push({ title: test.fullTitle(), error: null }));
    runner.on('fail', (test, error: Error) => results.push({ title: test.fullTitle(), error: error.stack ?? error.message }));
  });
}
