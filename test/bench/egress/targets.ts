import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createAuthority, type CertificateAuthority } from '../../../extension/core/egress/ca.ts';
import { ControlClient } from '../../../extension/core/egress/controlClient.ts';
import { routesFileSchema } from '../../../schemas/policy/routesFile.ts';
import { freePort } from '../../support/freePort.ts';
import type { Way } from './client.ts';

/** What every target is held to. */
export interface Rules {
  readonly host: string;
  readonly prefixes: readonly string[];
  readonly secrets: readonly string[];
  readonly tokens: readonly string[];
}

/** What a target is started with. `ca` is the authority it mints from; `upstreamCa` a file. */
export interface Setting {
  readonly folder: string;
  readonly root: string;
  readonly rules: Rules;
  readonly upstreamPort: number;
  readonly upstreamCa: string;
  readonly ca: CertificateAuthority;
}

/** A proxy that runs. */
export interface Running {
  readonly process: ChildProcess;
  readonly proxy: Way['proxy'];
  /** Milliseconds from spawn to the first accepted connection. */
  readonly listenMs: number;
  end(): Promise<void>;
}

/** A contestant; undefined when this machine cannot have it. */
export type Target = { readonly name: string; start(setting: Setting): Promise<Running> };

const log = ({ folder }: Setting, name: string): Record<string, string> => ({ BENCH_LOG: join(folder, `${name}.log`) });

/** Resolves when something listens there; throws when the process ends first. */
async function reachable(process: ChildProcess, place: { port: number } | { path: string }): Promise<void> {
  for (;;) {
    const socket = 'path' in place ? connect(place.path) : connect(place.port, '127.0.0.1');
    const open = await once(socket, 'connect').then(() => true, () => false);
    socket.destroy();
    if (open) return;
    if (process.exitCode !== null) throw new Error('the target ended before it listened');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function running(process: ChildProcess, place: { port: number } | { path: string }, began: number, more: () => Promise<void> = async () => undefined): Promise<Running> {
  await reachable(process, place);
  const listenMs = performance.now() - began;
  await more();
  return {
    process,
    proxy: place,
    listenMs,
    end: async () => {
      const ended = once(process, 'exit');
      process.kill('SIGKILL');
      await ended;
    },
  };
}

/** The sidecar as it ships, with scanning on, over the unix socket that the bridge would use. */
export const bottle: Target = {
  name: 'bot-bottle',
  async start(setting) {
    const run = join(setting.folder, `run-${Date.now()}`);
    mkdirSync(run, { mode: 0o700 });
    const began = performance.now();
    const files = { socket: join(run, 'egress.sock'), control: join(run, 'control.sock'), log: join(run, 'log.jsonl') };
    const args = Object.entries(files).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn(process.execPath, [join(setting.root, 'dist/sidecars/egress.js'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    return running(child, { path: files.socket }, began, async () => {
      await reachable(child, { path: files.control });
      const control = await ControlClient.connect(connect(files.control));
      const paths = setting.rules.prefixes.map((value) => ({ value }));
      const [first = '', ...others] = setting.rules.secrets;
      await control.configure({
        slug: 'bench',
        routes: routesFileSchema.parse({
          log: 2,
          routes: [{ host: `127.0.0.1:${setting.upstreamPort}`, private_addresses: true, auth_scheme: 'Bearer', token_env: 'TOKEN', matches: [{ paths }] }],
        }),
        credentials: { TOKEN: first },
        secrets: others.map((value, index) => ({ kind: 'environment', name: `SECRET_${index}`, value, home: [] })),
        ca: setting.ca,
        extraCaPem: readFileSync(setting.upstreamCa, 'utf8'),
      });
      await control.close();
    });
  },
};

/** mitmproxy, by the path of its `mitmdump`. */
export function mitmproxy(program: string): Target {
  const version = /(\d+\.[\d.]+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1] ?? '';
  return {
    name: `mitmproxy ${version}`,
    async start(setting) {
      const confdir = join(setting.folder, `mitm-${version}`);
      mkdirSync(confdir, { recursive: true });
      writeFileSync(join(confdir, 'mitmproxy-ca.pem'), setting.ca.keyPem + setting.ca.certPem);
      const port = await freePort();
      const began = performance.now();
      const options = [`confdir=${confdir}`, `ssl_verify_upstream_trusted_ca=${setting.upstreamCa}`, 'connection_strategy=lazy', 'http2=false'].flatMap((one) => ['--set', one]);
      const child = spawn(program, ['-q', '--listen-host', '127.0.0.1', '-p', String(port), '-s', join(setting.root, 'test/bench/egress/addon.py'), ...options], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, BENCH_RULES: JSON.stringify(setting.rules), ...log(setting, version) },
      });
      return running(child, { port }, began);
    },
  };
}

/** mockttp from npm, installed into a cache of the project; the product does not depend on it. */
export const mockttp: Target = {
  name: 'mockttp',
  async start(setting) {
    const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'bot-bottle', 'bench-mockttp');
    if (!existsSync(join(folder, 'node_modules/mockttp'))) {
      mkdirSync(folder, { recursive: true });
      execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', 'mockttp@4'], { stdio: ['ignore', 'ignore', 'pipe'] });
    }
    const [cert, key] = [join(setting.folder, 'mock-ca.pem'), join(setting.folder, 'mock-key.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=bench', '-days', '2', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const began = performance.now();
    const child = spawn(process.execPath, [join(setting.root, 'test/bench/egress/mockttp.mjs'), folder, cert, key], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, BENCH_RULES: JSON.stringify(setting.rules), ...log(setting, 'mockttp') },
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return running(child, { port: Number(line) }, began);
  },
};

/** The Python proxies of this machine: Debian's, and the one in `BENCH_MITMDUMP` or a cache of the project. */
export function pythonProxies(): Target[] {
  const places = ['/usr/bin/mitmdump', process.env['BENCH_MITMDUMP'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'bot-bottle', 'bench-mitmproxy/bin/mitmdump')];
  return places.filter((place) => existsSync(place)).map(mitmproxy);
}

export const authority = (): CertificateAuthority => createAuthority('bench');
