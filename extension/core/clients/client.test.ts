import { describe, expect, it } from 'vitest';
import { judge } from './client.ts';
import type { Outcome } from './client.ts';
import { clients } from './table.ts';

/** What the programs really said, cut short. */
const words: readonly (readonly [id: string, status: string, said: Partial<Outcome>, detail: RegExp])[] = [
  ['curl', 'pass', { stdout: '200' }, /answer came through/],
  ['curl', 'pass', { stdout: '404' }, /answer came through/],
  ['curl', 'fail', { code: 60, stdout: '000', stderr: 'curl: (60) SSL certificate problem: unable to get local issuer certificate' }, /does not trust/],
  ['curl', 'fail', { code: 56, stdout: '000', stderr: 'curl: (56) CONNECT tunnel failed, response 403' }, /refused the connection/],
  ['git', 'pass', { code: 128, stderr: "fatal: unable to access 'https://a/x.git/': The requested URL returned error: 403" }, /answer came through/],
  ['git', 'fail', { code: 128, stderr: "fatal: unable to access 'https://a/x.git/': server certificate verification failed. CAfile: none CRLfile: none" }, /does not trust/],
  ['npm', 'fail', { code: 1, stderr: 'npm error code SELF_SIGNED_CERT_IN_CHAIN' }, /does not trust/],
  ['npm', 'pass', { code: 1, stderr: 'npm error code E404\nnpm error 404 Not Found - GET https://a/-/ping' }, /answer came through/],
  ['npm', 'pass', { code: 1, stderr: 'npm error code E403\nnpm error 403 403 Blocked by bot-bottle egress proxy: no entry of matches fits - GET https://a/-/ping' }, /answer came through/],
  ['pip', 'pass', { code: 1, stderr: 'ERROR: Could not find a version that satisfies the requirement x\nERROR: No matching distribution found for x' }, /answer came through/],
  ['pip', 'fail', { code: 1, stderr: 'SSLError(SSLCertVerificationError(1, "certificate verify failed"))\nERROR: No matching distribution found for x' }, /does not trust/],
  ['python-requests', 'missing', { code: 1, stderr: "ModuleNotFoundError: No module named 'requests'" }, /not installed/],
  ['python-requests', 'fail', { code: 1, stderr: "ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 403 Blocked by bot-bottle egress proxy: not listed'))" }, /refused the connection/],
  ['node-fetch', 'fail', { code: 1, stderr: '{ errno: -3001, code: "EAI_AGAIN", syscall: "getaddrinfo" }' }, /does not use the proxy/],
  ['go', 'fail', { code: 1, stderr: 'go: x@latest: Get "https://a/x/@v/list": tls: failed to verify certificate: x509: certificate signed by unknown authority' }, /does not trust/],
  ['cargo', 'fail', { code: null }, /did not end in time/],
  ['curl', 'fail', { code: 2, stderr: 'something else' }, /ended with 2: something else/],
];

describe('the words of a client', () => {
  it.each(words)('%s: %s', (id, status, said, detail) => {
    const client = clients.find((one) => one.id === id);
    expect(client && judge(client, { code: 0, stdout: '', stderr: '', ...said })).toMatchObject({ status, detail: expect.stringMatching(detail) });
  });

  it('name a remedy whenever something is wrong', () => {
    for (const [id, status, said] of words) {
      const client = clients.find((one) => one.id === id);
      const verdict = client && judge(client, { code: 0, stdout: '', stderr: '', ...said });
      expect(verdict?.fix === '').toBe(status === 'pass');
    }
  });
});
