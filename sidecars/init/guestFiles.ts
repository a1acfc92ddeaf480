import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type InitConfig, outerPaths } from '../../schemas/protocol/bottleInit.ts';

/** A file or folder of the outer namespace shown read-only in the guest. */
export interface Shown {
  readonly from: string;
  readonly guest: string;
}

/** Writes the files of the spec into the home, which is mounted and empty. Throws for a path outside of it. */
export function writeHome(config: InitConfig): void {
  for (const file of config.files) {
    const inside = posix.relative(config.guestHome, posix.normalize(file.path));
    if (inside === '' || inside.startsWith('..')) throw new Error(`${file.path} is not under ${config.guestHome}.`);
    const path = join(outerPaths.home, inside);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, Buffer.from(file.base64, 'base64'), { flag: 'wx' });
    chmodSync(path, file.mode & 0o777);
  }
}

/** What of the host's /etc programs need to run; nothing that says who uses this machine. */
const fromHost = [
  'alternatives',
  'bash.bashrc',
  'ca-certificates.conf',
  'debian_version',
  'inputrc',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'magic',
  'mime.types',
  'os-release',
  'profile',
  'protocols',
  'services',
  'shells',
  'ssl/openssl.cnf',
  'terminfo',
  'timezone',
  'vim',
];

/** Every place where distributions look for the bundle of trusted authorities. */
const caBundles = ['ssl/certs/ca-certificates.crt', 'ssl/cert.pem', 'pki/tls/certs/ca-bundle.crt'];

/** Makes the guest's /etc: who the agent is, that names resolve nowhere, and one trusted authority. */
export function writeEtc(config: InitConfig): Shown[] {
  const { uid, gid, guestHome } = config;
  const made: Readonly<Record<string, string>> = {
    passwd: `root:x:0:0:root:/root:/bin/sh\nagent:x:${String(uid)}:${String(gid)}:Agent:${guestHome}:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n`,
    group: `root:x:0:\nagent:x:${String(gid)}:\nnogroup:x:65534:\n`,
    hosts: '127.0.0.1 localhost bottle\n::1 localhost\n',
    'resolv.conf': '',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n',
    hostname: 'bottle\n',
    ...Object.fromEntries(caBundles.map((path) => [path, config.caCertPem])),
  };
  const written = Object.entries(made).map(([path, content]): Shown => {
    const from = join(outerPaths.made, path.replaceAll('/', '-'));
    writeFileSync(from, content, { mode: 0o644 });
    return { from, guest: `/etc/${path}` };
  });
  const shown = fromHost.map((path): Shown => ({ from: `/etc/${path}`, guest: `/etc/${path}` }));
  return [...shown.filter(({ from }) => existsSync(from)), ...written];
}
