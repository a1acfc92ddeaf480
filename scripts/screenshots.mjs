// Takes the pictures of the README anew, from the real product in a real window: bubblewrap bottles, the real Claude CLI
// against the scripted model of the tests. Writes `media/screenshots/*.png`; look at each before committing it.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNpmPackages } from './support/npmPackages.mjs';
import { run, tool } from './support/run.mjs';
import { ensurePrograms } from './support/systemParts.mjs';
import { codeServer } from './vscode/setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
if (!(await ensureNpmPackages(root))) process.exit(1);
const missing = await ensurePrograms(['git', 'curl', 'openssl', 'bwrap', 'chromium']);
for (const { program, fix } of missing) console.error(`missing: ${program}. ${fix}`);
if (missing.length > 0) process.exit(1);
const { node, entry } = await codeServer();
const hostCa = '/etc/ssl/certs/ca-certificates.crt';
const env = {
  ...process.env,
  BOT_BOTTLE_TEST_CODE_SERVER_NODE: node,
  BOT_BOTTLE_TEST_CODE_SERVER: entry,
  ...(process.env.BOT_BOTTLE_EXTRA_CA || !existsSync(hostCa) ? {} : { BOT_BOTTLE_EXTRA_CA: hostCa }),
};
process.exitCode = await run(tool(root, 'vitest/vitest.mjs', 'run', '--project', 'pictures'), { env });
