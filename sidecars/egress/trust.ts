import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';

/** Where Linux distributions keep the system's roots as one file; the first that exists counts. */
const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem', '/etc/ssl/cert.pem'];

function systemRoots(): string[] {
  for (const path of systemBundles) {
    try {
      return [readFileSync(path, 'utf8')];
    } catch {
      continue;
    }
  }
  return [];
}

/** Whom we believe upstream: Node's roots, the system's, and `BOT_BOTTLE_EXTRA_CA`. Built once; it costs milliseconds. */
export function upstreamTrust(extraCaPem: string | undefined): SecureContext {
  return createSecureContext({ ca: [...rootCertificates, ...systemRoots(), ...(extraCaPem === undefined ? [] : [extraCaPem])], minVersion: 'TLSv1.2' });
}
