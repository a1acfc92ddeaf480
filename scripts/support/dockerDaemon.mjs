import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cacheFolder } from './cache.mjs';
import { capture, has } from './run.mjs';

const answers = async () => (await capture(['docker', 'version', '--format', '{{.Server.Version}}'])).status === 0;

/**
 * A Docker engine: the one that answers, or one started here when root may. `stop()` ends only what was started here.
 * Resolves to `{ ok: false, reason }` when there is none.
 */
export async function ensureDocker() {
  const stay = async () => undefined;
  if (!has('docker')) return { ok: false, reason: 'the docker command is not installed', stop: stay };
  if (await answers()) return { ok: true, stop: stay };
  if (process.platform !== 'linux' || process.getuid() !== 0 || !has('dockerd')) {
    return { ok: false, reason: 'no Docker engine answers (start Docker, or join the docker group), and only root could start one here', stop: stay };
  }
  // A daemon that was killed leaves its pid file, and the next one takes that for a living rival.
  const pidFile = '/var/run/docker.pid';
  if (existsSync(pidFile) && !existsSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}`)) unlinkSync(pidFile);
  const logFile = join(cacheFolder(), 'dockerd.log');
  const log = openSync(logFile, 'w');
  const daemon = spawn('dockerd', [], { stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  const ended = new Promise((resolve) => daemon.once('exit', () => resolve(true)).once('error', () => resolve(true)));
  const stop = async () => {
    if (daemon.exitCode === null && daemon.signalCode === null) daemon.kill('SIGTERM');
    await Promise.race([ended, wait(20_000)]);
    daemon.kill('SIGKILL');
  };
  for (let tries = 0; tries < 120; tries++) {
    if (await answers()) return { ok: true, stop };
    if (await Promise.race([ended, wait(500)])) break;
  }
  await stop();
  const last = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' | ');
  return { ok: false, reason: `dockerd could not be started: ${last}`, stop: stay };
}
