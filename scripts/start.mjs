// Opens VS Code with the extension and a sample workspace in which an agent can be started: the desktop `code` if there
// is one, else code-server in the browser. Installs what it needs and may; says what is missing otherwise.
import { accessSync, constants, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeStarterManifests } from './sample/manifests.mjs';
import { writeSample } from './sample/files.mjs';
import { cacheFolder } from './support/cache.mjs';
import { capture, has, run } from './support/run.mjs';
import { ensureNpmPackages } from './support/npmPackages.mjs';
import { ensurePrograms } from './support/systemParts.mjs';
import { codeServer } from './vscode/setup.mjs';
import { freePort, openServer } from './vscode/window.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends with one sentence on what to do. */
const giveUp = (sentence) => {
  console.error(sentence);
  process.exit(1);
};

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) giveUp(`Node ${process.versions.node} is too old: 20.19 or later is needed.`);
if (!(await ensureNpmPackages(root))) giveUp('The npm packages could not be installed; the reason is above.');

for (const { program, fix } of await ensurePrograms(process.platform === 'linux' ? ['bwrap', 'git'] : ['git'])) console.log(`Missing: ${program}. ${fix}`);

// Somebody without a home gets one in the cache, so that nothing lands in /.
const userHome = process.env.HOME || homedir();
const homeIsUsable = userHome !== '' && userHome !== '/' && isWritable(userHome);
const env = { ...process.env, ...(homeIsUsable ? {} : { HOME: cacheFolder('home') }) };
const home = env.BOT_BOTTLE_HOME || join(env.HOME ?? userHome, '.bot-bottle');
for (const path of writeStarterManifests(root, home)) console.log(`Wrote ${path}`);

const workspace = cacheFolder('sample');
writeSample(workspace);

await must('The build', [process.execPath, 'scripts/build.mjs']);
if (has('code')) {
  console.log('Opening VS Code. Run "Bottle: Start Agent" from the palette.');
  process.exit(await run(['code', '--new-window', '--disable-workspace-trust', `--extensionDevelopmentPath=${root}`, workspace], { env }));
}

const data = cacheFolder('window');
const packed = join(data, 'packed');
rmSync(packed, { recursive: true, force: true });
await must('Packing the extension', [process.execPath, 'scripts/package.mjs', '--out', packed]);
const server = await codeServer().catch((error) => giveUp(`There is no desktop "code", and ${error.message}.`));
const [vsix] = readdirSync(packed);
const opened = await openServer({ server, data, vsix: join(packed, vsix), workspace, env, port: Number(process.env.PORT) || (await freePort()) }).catch((error) => giveUp(error.message));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => opened.stop());

console.log(`\nVS Code is at ${opened.url}`);
console.log('Run "Bottle: Start Agent" from the palette (F1). Ctrl-C ends the server; bottles that run stay.\n');
const doctor = await capture([process.execPath, join(root, 'dist/cli.js'), 'doctor'], { env });
console.log(doctor.output.trimEnd());
process.exitCode = (await opened.ended) ?? 0;

async function must(name, argv) {
  if ((await run(argv, { cwd: root })) !== 0) giveUp(`${name} failed; the reason is above.`);
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
