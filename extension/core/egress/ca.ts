import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { pem, signCertificate } from '../../../schemas/x509/certificate.ts';
import { systemClock } from '../ports.ts';
import type { Clock } from '../ports.ts';

/** A bottle's own certificate authority. The key goes to the sidecar's memory and nowhere else. */
export interface CertificateAuthority {
  readonly certPem: string;
  /** PKCS #8. */
  readonly keyPem: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Longer than a bottle lives, short enough that a stray copy of the certificate dies by itself. */
const LIFETIME_MS = 365 * DAY_MS;

/**
 * P-256, path length 0, valid from a day ago (guests with a slow clock) for a year. The name carries the slug so that a
 * person who meets it in a browser or a log knows which bottle made it; the key differs every time.
 */
export function createAuthority(slug: string, clock: Clock = systemClock): CertificateAuthority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const keyId = createHash('sha256').update(spki).digest().subarray(0, 20);
  const subject = `Bot Bottle ${slug}`.replace(/[^\x20-\x7e]/g, '').slice(0, 64);
  const der = signCertificate(
    {
      serial: randomBytes(16),
      issuer: subject,
      subject,
      notBefore: new Date(clock.now() - DAY_MS),
      notAfter: new Date(clock.now() + LIFETIME_MS),
      publicKey: spki,
      subjectKeyId: keyId,
      issuerKeyId: keyId,
      use: { kind: 'authority' },
    },
    (tbs) => sign('sha256', tbs, privateKey),
  );
  return {
    certPem: pem(Buffer.from(der).toString('base64')),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
