import { ascii, bits, boolean, explicit, implicit, octets, oid, sequence, set, time, unsigned, utf8 } from './der.ts';
import type { Der } from './der.ts';

/** Who signs and who is signed, so that issuer and subject of a chain spell the same name. */
export interface CertificateRequest {
  /** 16 random bytes; the top bit is cleared so that the number is positive and of one length. */
  readonly serial: Uint8Array;
  readonly issuer: string;
  /** Common name in ASCII, at most 64 characters (RFC 5280 upper bound); empty gives an empty subject. */
  readonly subject: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Der;
  /** SHA-1 or any other stable digest of the subject's and issuer's keys. */
  readonly subjectKeyId: Uint8Array;
  readonly issuerKeyId: Uint8Array;
  readonly use: { readonly kind: 'authority' } | { readonly kind: 'server'; readonly name: string } | { readonly kind: 'server'; readonly address: readonly number[] };
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/**
 * An X.509 v3 certificate (RFC 5280), signed by `sign`: ECDSA P-256 with SHA-256, DER-encoded signature. Hand-written
 * because a leaf is minted while a client waits: 0.05 ms, against milliseconds and a reflection polyfill in libraries.
 */
export function signCertificate(request: CertificateRequest, sign: (tbs: Der) => Der): Der {
  const serial = Uint8Array.from(request.serial);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const tbs = sequence(
    explicit(0, unsigned(Uint8Array.of(2))),
    unsigned(serial),
    ECDSA_SHA256,
    name(request.issuer),
    sequence(time(request.notBefore), time(request.notAfter)),
    name(request.subject),
    request.publicKey,
    explicit(3, sequence(...extensions(request))),
  );
  return sequence(tbs, ECDSA_SHA256, bits(sign(tbs)));
}

function name(common: string): Der {
  return common === '' ? sequence() : sequence(set(sequence(oid('2.5.4.3'), utf8(common))));
}

function extension(id: string, critical: boolean, value: Der): Der {
  return critical ? sequence(oid(id), boolean(true), octets(value)) : sequence(oid(id), octets(value));
}

function extensions(request: CertificateRequest): Der[] {
  const identifiers = [
    extension('2.5.29.14', false, octets(request.subjectKeyId)),
    extension('2.5.29.35', false, sequence(implicit(0, request.issuerKeyId))),
  ];
  const use = request.use;
  if (use.kind === 'authority') {
    return [
      extension('2.5.29.19', true, sequence(boolean(true), unsigned(Uint8Array.of(0)))),
      // keyCertSign and cRLSign
      extension('2.5.29.15', true, bits(Uint8Array.of(0x06), 1)),
      ...identifiers,
    ];
  }
  const alternative = 'name' in use ? implicit(2, ascii(use.name)) : implicit(7, Uint8Array.from(use.address));
  return [
    extension('2.5.29.19', true, sequence()),
    // digitalSignature
    extension('2.5.29.15', true, bits(Uint8Array.of(0x80), 7)),
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
    // RFC 5280 section 4.1.2.6: with an empty subject the alternative name must be critical
    extension('2.5.29.17', request.subject === '', sequence(alternative)),
    ...identifiers,
  ];
}

/** PEM text of DER in base64. */
export function pem(base64: string): string {
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}
