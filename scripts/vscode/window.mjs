import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A port that nobody listens on at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** A quiet window: no welcome page, no chat, no telemetry, no extension gallery. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
};

/**
 * Starts code-server on a workspace with the given VSIX installed, everything of it kept in `data`. The folder is
 * trusted in this session. Resolves, once it answers, to its URL and how to end it.
 */
export async function openServer({ server, data, vsix, workspace, env, port }) {
  mkdirSync(join(data, 'user/User'), { recursive: true });
  const settings = join(data, 'user/User/settings.json');
  if (!existsSync(settings)) writeFileSync(settings, `${JSON.stringify(quietSettings, null, 2)}\n`);
  const places = ['--user-data-dir', join(data, 'user'), '--extensions-dir', join(data, 'extensions'), '--config', join(data, 'config.yaml')];
  writeFileSync(join(data, 'config.yaml'), 'auth: none\n');
  const log = openSync(join(data, 'server.log'), 'a');
  const start = (args, stdio) => spawn(server.node, [server.entry, ...places, ...args], { stdio, env, detached: true });
  try {
    const install = start(['--install-extension', vsix, '--force'], ['ignore', log, log]);
    const status = await new Promise((resolve) => install.once('exit', resolve));
    if (status !== 0) throw new Error(`the extension could not be installed; see ${join(data, 'server.log')}`);
    const child = start(
      ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override', workspace],
      ['ignore', log, log],
    );
    const url = `http://127.0.0.1:${port}`;
    for (let tries = 0; ; tries++) {
      if (child.exitCode !== null || tries > 240) throw new Error(`code-server did not come up; see ${join(data, 'server.log')}`);
      if (await fetch(`${url}/healthz`).then((answer) => answer.ok, () => false)) break;
      await wait(250);
    }
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // It forks: the group is the server.
    return { url: `${url}/?folder=${encodeURIComponent(workspace)}`, ended, stop: () => process.kill(-child.pid, 'SIGTERM') };
  } finally {
    closeSync(log);
  }
}
