import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its private key, PEM. */
export interface Identity {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A certificate authority of one test, and servers certified by it. */
export interface TestAuthority {
  readonly certPem: string;
  /** A server certificate for these names and IP addresses, valid for a day. */
  issue(names: readonly string[]): Identity;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes an authority with openssl, so that the proxy meets certificates which its own code did not make. */
export function createTestAuthority(name = 'Bot Bottle test authority'): TestAuthority {
  const made = inFolder((folder) => {
    openssl(folder, ['req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '1', '-subj', `/CN=${name}`, '-addext', 'keyUsage=critical,keyCertSign']);
    return { certPem: text(folder, 'ca.pem'), keyPem: text(folder, 'ca.key') };
  });
  return {
    certPem: made.certPem,
    issue: (names) =>
      inFolder((folder) => {
        writeFileSync(join(folder, 'ca.pem'), made.certPem);
        writeFileSync(join(folder, 'ca.key'), made.keyPem, { mode: 0o600 });
        const subjects = names.map((one) => `${/^[\d.]+$|:/.test(one) ? 'IP' : 'DNS'}:${one}`);
        writeFileSync(join(folder, 'server.ext'), `subjectAltName=${subjects.join(',')}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n`);
        openssl(folder, ['req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', `/CN=${names[0] ?? 'server'}`]);
        openssl(folder, ['x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', 'server.ext', '-out', 'server.pem']);
        return { certPem: text(folder, 'server.pem'), keyPem: text(folder, 'server.key') };
      }),
  };
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function openssl(folder: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}

function text(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}
