// The main job once, without a window: a bottle on a sample project, a change made inside, the change reviewed and taken
// to the host, the bottle gone. Prints what happens. Uses whatever backend works on this machine, and no key.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeStarterManifests } from './sample/manifests.mjs';
import { writeSample } from './sample/files.mjs';
import { capture, run } from './support/run.mjs';
import { ensureNpmPackages } from './support/npmPackages.mjs';
import { ensurePrograms } from './support/systemParts.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const place = mkdtempSync(join(tmpdir(), 'bot-bottle-demo-'));
const workspace = join(place, 'sample');
const env = { ...process.env, BOT_BOTTLE_HOME: join(place, 'home') };

/** Runs the shipped command and shows it as a person would have typed it. */
async function bottle(...args) {
  console.log(`\n$ bot-bottle ${args.map((arg) => (/\s|["']/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}`);
  const { status, output } = await capture([process.execPath, join(root, 'dist/cli.js'), ...args], { cwd: workspace, env });
  if (output.trim() !== '') console.log(output.trimEnd());
  return { status, output };
}

async function mustWork(result, what) {
  const { status, output } = await result;
  if (status !== 0) throw new Error(`${what} failed with ${status}.`);
  return output;
}

const fix = `sed -i 's|return sum / numbers.length;|return numbers.length === 0 ? 0 : sum / numbers.length;|' src/mean.js`;
const read = () => readFileSync(join(workspace, 'src/mean.js'), 'utf8');

let slug;
try {
  if (!(await ensureNpmPackages(root))) throw new Error('The npm packages could not be installed.');
  if (process.platform === 'linux') await ensurePrograms(['bwrap', 'git']);
  if ((await run([process.execPath, 'scripts/build.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })) !== 0) throw new Error('The build failed.');
  writeSample(workspace);
  writeStarterManifests(root, env.BOT_BOTTLE_HOME);

  console.log('The sample project has one failing test:');
  console.log((await capture([process.execPath, '--test', '--test-reporter=tap'], { cwd: workspace })).output.split('\n').filter((line) => /^# (pass|fail)/.test(line)).join('\n'));
  const before = read();

  const started = await mustWork(bottle('start', 'shell', '--yes', '--detach', '--label', 'demo'), 'The start');
  slug = started.trim().split('\n').at(-1).trim();
  console.log('\nInside: an ordinary user, nothing but a loopback interface, no way out.');
  await bottle('exec', slug, '--', 'sh', '-c', 'id -un; cat /proc/net/dev | cut -d: -f1 | tail -n +3; curl -sS -m 5 https://example.com/ -o /dev/null || echo refused');
  await mustWork(bottle('exec', slug, '--', 'sh', '-c', fix), 'The change inside');
  if (read() !== before) throw new Error('The host file changed before anybody agreed.');
  console.log('\nThe host file is untouched. What the bottle changed:');
  await mustWork(bottle('changes', slug, '--patch'), 'Showing the changes');
  await bottle('log', slug);
  await mustWork(bottle('apply', slug, '--all'), 'Applying');
  await mustWork(bottle('stop', slug), 'Stopping');
  slug = undefined;
  execFileSync(process.execPath, ['--test'], { cwd: workspace, stdio: 'ignore' });
  console.log('\nThe tests pass on the host. The bottle is gone.');
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  if (slug !== undefined) await bottle('stop', slug, '--discard-changes');
  rmSync(place, { recursive: true, force: true });
}
