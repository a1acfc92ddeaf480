import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Nobody's uid: with root as caller the workspace must belong to an ordinary user to be shown as an overlay. */
const ordinary = 64_099;

/** A home with one shell agent, workspaces of the agent's user, and the built product over them. */
export const openSite = (root, env) => {
  const folder = mkdtempSync(join(tmpdir(), 'bot-bottle-bench-'));
  chmodSync(folder, 0o711);
  const home = join(folder, 'home');
  for (const [path, text] of [['bottles/bench.md', 'agent_provider: {template: shell}'], ['agents/bench.md', 'bottle: bench']]) {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(join(home, path), `---\n${text}\n---\n`);
  }
  const dist = join(root, 'dist');
  const { createBottles } = createRequire(import.meta.url)(join(dist, 'core.js'));
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const bottles = createBottles({
    runtime: { node: process.execPath, nodeEnv: {}, dist, providerImages: join(root, 'provider-images') },
    home,
    env: { ...process.env, ...env },
    secrets: { get: async () => undefined },
    ask: { secret: async () => undefined },
    log: quiet,
  });
  const give = (path) => process.getuid() === 0 && chownSync(path, ordinary, ordinary);
  return {
    bottles,
    home,
    /** A workspace with so many files of 200 bytes, a hundred to a folder. */
    workspace: (files) => {
      const workspace = mkdtempSync(join(folder, 'workspace-'));
      for (let at = 0; at < files; at++) {
        const inner = join(workspace, `folder-${Math.floor(at / 100)}`);
        if (at % 100 === 0) {
          mkdirSync(inner);
          give(inner);
        }
        const file = join(inner, `file-${at}.txt`);
        writeFileSync(file, `${at}\n`.padEnd(200, 'x'));
        give(file);
      }
      give(workspace);
      chmodSync(workspace, 0o755);
      return workspace;
    },
    end: async () => {
      for (const { slug } of await bottles.list()) await bottles.stop(slug, { discardChanges: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const signal = () => AbortSignal.timeout(600_000);

/**
 * Starts a bottle; resolves with it, its terminal, the milliseconds the plan took (a person reads it and agrees before
 * anything starts), and those from there to the terminal's first byte.
 */
export const startToFirstByte = async ({ bottles }, backend, workspace, prompt) => {
  const asked = performance.now();
  const plan = await bottles.plan({ agent: 'bench', workspace, backend, ...(prompt === undefined ? {} : { prompt }) }, signal());
  const before = performance.now();
  const bottle = await bottles.start(plan, { report() {} }, signal());
  const session = await bottle.attach({ cols: 120, rows: 32 });
  await new Promise((resolve) => session.output.once('data', resolve));
  const took = performance.now() - before;
  return { bottle, session, planned: before - asked, took, mode: plan.shown.workspace.mode };
};
