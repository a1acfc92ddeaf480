// The in-host suites (test/inhost) in a desktop VS Code that @vscode/test-electron downloads: `npm run test:electron`.
// `npm test` runs the same file through code-server, which needs no download and no display.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { run } from './support/run.mjs';
import { buildInHostSuites } from './vscode/inHostBundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if ((await run([process.execPath, 'scripts/build.mjs'], { cwd: root })) !== 0) process.exit(1);
const bundle = await buildInHostSuites(root);
const folder = mkdtempSync(join(tmpdir(), 'bot-bottle-electron-'));
try {
  await runTests({
    version: process.env.VSCODE_VERSION ?? 'stable',
    extensionDevelopmentPath: root,
    extensionTestsPath: bundle,
    launchArgs: [folder, '--disable-workspace-trust', '--disable-extensions'],
    extensionTestsEnv: { BOT_BOTTLE_HOME: join(folder, 'home') },
  });
} catch (error) {
  console.error(`The suites could not run in a desktop VS Code: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
