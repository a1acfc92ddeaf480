import { BudgetSpent } from './budget.ts';
import { denial } from './denial.ts';
import type { Denial } from './denial.ts';
import { AddressRefused } from './dial.ts';
import { BodyBlocked } from './scanStream.ts';

/** Errors of Node's certificate check: the peer is not who the route names. Those of `ERR_SSL_` may be alerts of the peer. */
const certificateErrors = /^(?!ERR_SSL_).*(CERT|SELF_SIGNED|UNABLE_TO|ALTNAME)/;

/** A person decides whether the finding is one; the agent can only do without. */
export function findingDenial(blocked: BodyBlocked, host: string): Denial {
  const without = blocked.side === 'request' ? 'Leave it out of the request.' : 'Do without this answer.';
  return denial(403, 'dlp', blocked.message, host, `${without} If it is harmless, a person can narrow the detectors of this route (dlp).`);
}

/** What the agent is told when a request that was allowed could not be carried. `sent`: something of it may have left. */
export function failureOf(error: Error, host: string, sent: boolean): Denial {
  const code = 'code' in error ? String(error.code) : '';
  if (error instanceof BudgetSpent) return error.denial;
  if (error instanceof BodyBlocked) return findingDenial(error, host);
  if (error instanceof AddressRefused) return denial(403, 'address', error.message, host, 'A person can permit it with private_addresses on the route.');
  if (!sent && certificateErrors.test(code)) return denial(502, 'certificate', `the upstream's certificate is not valid (${code})`, host, 'Nothing was sent. Tell the person who started the bottle.');
  if (code === 'EPROXY') return denial(502, 'upstream', error.message, host, 'Tell the person who started the bottle.');
  const status = code === 'ETIMEDOUT' ? 504 : 502;
  return denial(status, 'upstream', code === '' || status === 504 ? error.message : `the upstream failed (${code})`, host, 'Try again later.');
}
