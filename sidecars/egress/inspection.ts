import type { IncomingMessage } from 'node:http';
import type { HeaderList } from '../../schemas/policy/policy.ts';
import type { Route } from '../../schemas/policy/route.ts';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import { detectorsOf } from './dlp/scanner.ts';
import type { BodyAbout, BodyScan, FrameScan, Scanner } from './dlp/scanner.ts';
import type { Framing } from './framing.ts';

/** What a route does about a finding in what comes back. */
export type InboundAction = NonNullable<NonNullable<Route['dlp']>['inbound_action']>;

/** The scans of one exchange, set to its route. */
export interface Inspection {
  /** Request line and headers, as the agent sent them. */
  head(method: string, target: string, headers: HeaderList): readonly Finding[];
  requestBody(headers: HeaderList, framing: Framing): BodyScan;
  /** `plain`: the body was decompressed on the way here. */
  answerBody(answer: IncomingMessage, plain: boolean): BodyScan;
  messages(direction: 'up' | 'down'): FrameScan;
  readonly action: InboundAction;
}

export function inspectionOf(scanner: Scanner, host: string, route: Route): Inspection {
  const detectors = detectorsOf(route.dlp);
  const about = (headers: HeaderList, length: number | undefined): BodyAbout => {
    const [contentType, contentEncoding] = [joined(headers, 'content-type'), joined(headers, 'content-encoding')];
    return {
      host,
      detectors,
      ...(contentType === undefined ? {} : { contentType }),
      ...(contentEncoding === undefined ? {} : { contentEncoding }),
      ...(length === undefined ? {} : { length }),
    };
  };
  return {
    action: route.dlp?.inbound_action ?? 'log',
    head: (method, target, headers) => different(scanner.head({ host, method, target, headers: headers.filter(([name]) => route.auth_scheme === undefined || !replaced.has(name.toLowerCase())), detectors })),
    requestBody: (headers, framing) => scanner.body(about(headers, framing.body.kind === 'length' ? Number(framing.body.length) : undefined)),
    answerBody(answer, plain) {
      const { 'content-type': type, 'content-encoding': coding, 'content-length': length } = answer.headers;
      const headers: HeaderList = [...(type === undefined ? [] : [['content-type', type] as const]), ...(coding === undefined || plain ? [] : [['content-encoding', coding] as const])];
      return scanner.answer(about(headers, length === undefined || plain ? undefined : Number(length)));
    },
    messages: (direction) => scanner.frame({ host, detectors, direction }),
  };
}

/** On a route with a credential these hold a stand-in and are replaced; they never leave. */
const replaced = new Set(['authorization', 'x-api-key', 'proxy-authorization']);

function joined(headers: HeaderList, name: string): string | undefined {
  const values = headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** A value is found in several readings of one place; it is told once. */
function different(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
