import { X509Certificate, createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { Authority } from '../../schemas/policy/host.ts';
import { parseAddress } from '../../schemas/policy/ip.ts';
import { pem, signCertificate } from '../../schemas/x509/certificate.ts';

/** TLS identity to show an agent that thinks it talks to `authority`. */
export type LeafFor = (authority: Authority) => SecureContext;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Public clients refuse server certificates valid for more than 398 days. */
const LIFETIME_MS = 90 * DAY_MS;

/** Contexts held; only listed hosts get one, so more is a very long routes file. */
const MOST_CONTEXTS = 256;

/**
 * Leaves from the bottle's authority. One P-256 key serves all of them: it never leaves this process, and a key per
 * host costs five times the minting. Throws when certificate and key do not belong together.
 */
export function leafMinter(ca: { readonly certPem: string; readonly keyPem: string }): LeafFor {
  const authority = new X509Certificate(ca.certPem);
  const authorityKey = createPrivateKey(ca.keyPem);
  if (!authority.checkPrivateKey(authorityKey)) throw new Error('the certificate authority and its key do not belong together');
  const issuer = /^CN=(.*)$/m.exec(authority.subject)?.[1] ?? '';
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const issuerKeyId = keyId(authority.publicKey.export({ type: 'spki', format: 'der' }));
  const contexts = new Map<string, SecureContext>();

  const mint = ({ host, kind }: Authority): string => {
    const der = signCertificate(
      {
        serial: randomBytes(16),
        issuer,
        subject: kind === 'name' && host.length <= 64 ? host : '',
        notBefore: new Date(Date.now() - DAY_MS),
        notAfter: new Date(Date.now() + LIFETIME_MS),
        publicKey: spki,
        subjectKeyId: keyId(spki),
        issuerKeyId,
        use: kind === 'name' ? { kind: 'server', name: host } : { kind: 'server', address: parseAddress(host) ?? [] },
      },
      (tbs) => sign('sha256', tbs, authorityKey),
    );
    return pem(Buffer.from(der).toString('base64'));
  };

  return (place) => {
    const context = contexts.get(place.host) ?? createSecureContext({ cert: mint(place), key, minVersion: 'TLSv1.2' });
    contexts.delete(place.host);
    contexts.set(place.host, context);
    const oldest = contexts.keys().next();
    if (contexts.size > MOST_CONTEXTS && !oldest.done) contexts.delete(oldest.value);
    return context;
  };
}

function keyId(spki: Buffer): Buffer {
  return createHash('sha256').update(spki).digest().subarray(0, 20);
}
