import type { Socket } from 'node:net';
import { parseHost } from '../../schemas/policy/host.ts';
import type { Authority } from '../../schemas/policy/host.ts';
import { accepted, refused } from '../../schemas/policy/result.ts';
import type { Result } from '../../schemas/policy/result.ts';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import { ClientHelloReader } from './clientHello.ts';
import type { ClientHello } from './clientHello.ts';
import { denial } from './denial.ts';
import type { Denial } from './denial.ts';
import { detectorsOf } from './dlp/scanner.ts';
import type { Scanner } from './dlp/scanner.ts';
import { findingDenial } from './failure.ts';
import { BodyBlocked } from './scanStream.ts';

/** The first that an agent sends through a tunnel, held back whole. */
export interface Opening {
  /** As it came; what stands behind the ClientHello included. */
  readonly bytes: Buffer;
  readonly hello: Result<ClientHello>;
}

/** Reads until a ClientHello is complete or cannot be one. Undefined when the agent hangs up or the time is over; the socket is closed then. */
export async function readOpening(socket: Socket, limitMs: number): Promise<Opening | undefined> {
  const limit = setTimeout(() => socket.destroy(), limitMs);
  const reader = new ClientHelloReader();
  const came: Buffer[] = [];
  const chunks: AsyncIterable<unknown> = socket.iterator({ destroyOnReturn: false });
  try {
    for await (const chunk of chunks) {
      if (!Buffer.isBuffer(chunk)) continue;
      came.push(chunk);
      const hello = reader.push(chunk);
      if (hello !== undefined) return { bytes: Buffer.concat(came), hello };
    }
  } catch {
    // Told by what is returned.
  } finally {
    clearTimeout(limit);
  }
  socket.destroy();
  return undefined;
}

/** Why an opening must not go on to a place, and what was found in it. */
export interface OpeningRefused {
  readonly denied: Denial;
  readonly findings: readonly Finding[];
}

/** Undefined when an opening may go on. An exception while judging is a refusal, and what it broke on is nobody's to read. */
export function judgeOpening(scanner: Scanner, authority: Authority, opening: Opening): OpeningRefused | undefined {
  try {
    return judge(scanner, authority, opening);
  } catch {
    return { denied: denial(500, 'internal', 'the proxy failed while judging this tunnel', authority.host, 'Try again.'), findings: [] };
  }
}

function judge(scanner: Scanner, authority: Authority, { hello }: Opening): OpeningRefused | undefined {
  const { host } = authority;
  if (!hello.ok) return { denied: denial(400, 'tls', hello.reason, host, 'Open TLS to the host of the tunnel, or do without.'), findings: [] };
  const { serverName } = hello.value;
  const headers = serverName === undefined ? [] : [['server_name', serverName] as const];
  const findings = scanner.head({ host, method: 'CONNECT', target: '', headers, detectors: detectorsOf(undefined) });
  if (findings.length > 0) return { denied: findingDenial(new BodyBlocked('request', findings), host), findings };
  const named = nameFits(authority, serverName);
  return named.ok ? undefined : { denied: denial(403, 'tls', named.reason, host, 'Name one host, the same everywhere.'), findings };
}

/** RFC 6066 has no addresses as names; a client that sends one all the same means this place. */
function nameFits(authority: Authority, serverName: string | undefined): Result<undefined> {
  if (serverName === undefined) return authority.kind === 'name' ? refused('the ClientHello names no host') : accepted(undefined);
  const asked = parseHost(serverName.includes(':') ? `[${serverName}]` : serverName);
  if (asked.ok && asked.value.host === authority.host) return accepted(undefined);
  return refused(`the ClientHello asks for ${asked.ok ? asked.value.host : 'no host'} in a tunnel to ${authority.host}`);
}
