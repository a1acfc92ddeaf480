import { X509Certificate, createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer as createPlain } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import { parseAddress } from '../../../schemas/policy/ip.ts';
import { pem, signCertificate } from '../../../schemas/x509/certificate.ts';
import { hostAddresses } from './listeners.ts';

/** What an upstream saw of one request. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** A web server of the host's, on an address that a sidecar in a container reaches too. */
export interface Upstream {
  /** `address:port`. */
  readonly host: string;
  readonly seen: readonly SeenRequest[];
  close(): void;
}

/** The machine's own address on its network. */
export function ownAddress(): string {
  const address = hostAddresses('IPv4').find((one) => one !== '127.0.0.1' && !one.startsWith('172.'));
  if (address === undefined) throw new Error('This machine has no address but loopback; a sidecar in a container could not reach its upstream.');
  return address;
}

export async function plainUpstream(): Promise<Upstream> {
  const { seen, answer } = recorder();
  return listening(createPlain(answer), seen);
}

/** The same over TLS, with a certificate that the bundle of `upstreamTrust` vouches for. */
export async function secureUpstream(): Promise<Upstream> {
  const authority = await ownAuthority();
  const { seen, answer } = recorder();
  return listening(createSecure(serverIdentity(authority, ownAddress()), answer), seen);
}

/** A file for `BOT_BOTTLE_EXTRA_CA`. Always the same one, because images are built anew for every other. */
export async function upstreamTrust(): Promise<string> {
  await ownAuthority();
  return join(folder(), 'authority.pem');
}

function recorder(): { readonly seen: SeenRequest[]; readonly answer: (request: IncomingMessage, response: ServerResponse) => void } {
  const seen: SeenRequest[] = [];
  return {
    seen,
    answer: (request, response) => {
      seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
      request.resume();
      response.end('hello from upstream\n');
    },
  };
}

async function listening(server: ReturnType<typeof createPlain> | ReturnType<typeof createSecure>, seen: readonly SeenRequest[]): Promise<Upstream> {
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  return { host: `${ownAddress()}:${port}`, seen, close: () => void server.close() };
}

function folder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'bot-bottle', 'escape-tests');
}

async function ownAuthority(): Promise<{ readonly certPem: string; readonly keyPem: string }> {
  const [certFile, keyFile] = [join(folder(), 'authority.pem'), join(folder(), 'authority.key')];
  if (existsSync(certFile)) {
    const [certPem, keyPem] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
    if (Date.parse(new X509Certificate(certPem).validTo) > Date.now() + 86_400_000) return { certPem, keyPem };
  }
  const made = createAuthority('escape-tests');
  await mkdir(folder(), { recursive: true, mode: 0o700 });
  await writeFile(keyFile, made.keyPem, { mode: 0o600 });
  await writeFile(certFile, made.certPem);
  return made;
}

function serverIdentity(authority: { readonly certPem: string; readonly keyPem: string }, address: string): { readonly cert: string; readonly key: string } {
  const ca = new X509Certificate(authority.certPem);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const der = signCertificate(
    {
      serial: randomBytes(16),
      issuer: /^CN=(.*)$/m.exec(ca.subject)?.[1] ?? '',
      subject: '',
      notBefore: new Date(Date.now() - 86_400_000),
      notAfter: new Date(Date.now() + 86_400_000),
      publicKey: spki,
      subjectKeyId: keyId(spki),
      issuerKeyId: keyId(ca.publicKey.export({ type: 'spki', format: 'der' })),
      use: { kind: 'server', address: parseAddress(address) ?? [] },
    },
    (tbs) => sign('sha256', tbs, createPrivateKey(authority.keyPem)),
  );
  return { cert: pem(Buffer.from(der).toString('base64')), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function keyId(spki: Buffer): Buffer {
  return createHash('sha256').update(spki).digest().subarray(0, 20);
}
