import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authority } from '../../schemas/policy/host.ts';
import { sidecarHost } from '../../schemas/policy/unreachable.ts';
import { denial, drain, sendDenial } from './denial.ts';
import type { Live } from './live.ts';

export function isSidecarHost(authority: Authority): boolean {
  return authority.host === sidecarHost && authority.port === 80;
}

/** `GET /allowlist`: the live routes in the form of the routes file, complete, so that an edit of it is a proposal. */
export function sidecarAnswer(live: Live, request: IncomingMessage, response: ServerResponse, path: string): void {
  if (path !== '/allowlist') return sendDenial(denial(404, 'sidecar', 'there is only /allowlist here', sidecarHost, 'GET http://_egress.local/allowlist'), request, response);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return sendDenial(denial(405, 'sidecar', 'the allowlist is read-only', sidecarHost, 'Propose a change instead.'), request, response);
  }
  const body = `${JSON.stringify(live.policy.file, null, 2)}\n`;
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : body);
  drain(request);
}
