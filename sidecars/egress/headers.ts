import { lenientHeaderName } from '../../schemas/policy/lenient.ts';
import type { HeaderList } from '../../schemas/policy/policy.ts';
import { hopByHopHeaders, isNotForUpstream } from '../../schemas/policy/strippedHeaders.ts';
import type { Body } from './framing.ts';

const hopByHop = new Set(hopByHopHeaders);

/** `Alt-Svc` and its kin would lead clients to another protocol or place, past the proxy. */
const notForAgent = new Set(['alt-svc', 'alternate-protocol', 'public-key-pins']);

export function headerList(raw: readonly string[]): HeaderList {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? ''] as const);
}

function endToEnd(headers: HeaderList): HeaderList {
  const named = new Set(headers.filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase())));
  return headers.filter(([name]) => !hopByHop.has(lenientHeaderName(name)) && !named.has(name.toLowerCase()));
}

/** The agent's headers as far as they may pass: also what rules on headers see, so that the judged is the sent. */
export function passingRequestHeaders(headers: HeaderList): HeaderList {
  return endToEnd(headers).filter(([name]) => !isNotForUpstream(lenientHeaderName(name)));
}

export function passingResponseHeaders(raw: readonly string[]): HeaderList {
  return endToEnd(headerList(raw)).filter(([name]) => !notForAgent.has(name.toLowerCase()));
}

/** The upstream's framing towards the agent: its length when it told one, else Node chunks. */
export function responseLength(raw: readonly string[]): HeaderList {
  return headerList(raw).filter(([name]) => name.toLowerCase() === 'content-length').slice(0, 1);
}

/** Length or coding towards the upstream. A body-less POST says so, because Node would chunk it. */
export function framingHeaders(body: Body, method: string): HeaderList {
  if (body.kind === 'chunked') return [['Transfer-Encoding', 'chunked']];
  if (body.kind === 'length') return [['Content-Length', body.length]];
  return ['POST', 'PUT', 'PATCH'].includes(method) ? [['Content-Length', '0']] : [];
}

/** Back to Node's flat form. */
export function flat(headers: HeaderList): string[] {
  return headers.flat();
}
