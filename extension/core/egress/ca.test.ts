import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAuthority } from './ca.ts';

const now = Date.UTC(2031, 0, 15);
const clock = { now: () => now };

test('a bottle authority may sign leaves only, and is valid from a day ago', () => {
  const certificate = new X509Certificate(createAuthority('blue-otter', clock).certPem);
  expect(certificate.ca).toBe(true);
  expect(certificate.subject).toBe('CN=Bot Bottle blue-otter');
  expect(certificate.checkIssued(certificate)).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(Date.parse(certificate.validFrom)).toBe(now - 24 * 3600 * 1000);
});

test('openssl reads a path length of zero and critical key usage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bottle-ca-'));
  try {
    const path = join(folder, 'ca.pem');
    writeFileSync(path, createAuthority('blue-otter', clock).certPem);
    const text = execFileSync('openssl', ['x509', '-in', path, '-noout', '-text'], { encoding: 'utf8' });
    expect(text).toContain('CA:TRUE, pathlen:0');
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('two bottles never share a key', () => {
  const [a, b] = [createAuthority('x', clock), createAuthority('x', clock)];
  expect(new X509Certificate(a.certPem).verify(new X509Certificate(b.certPem).publicKey)).toBe(false);
});
