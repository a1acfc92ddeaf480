import type { RouteTarget } from './target.ts';

/** How a client's program ended. */
export interface Outcome {
  /** null when it did not end in time. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that agents use to reach the network, and how to make it ask for something once. */
export interface Client {
  readonly id: string;
  /** Programs it needs, as found on the agent's PATH; the first of each list that is there. */
  readonly needs: readonly string[];
  /** One request, run as the agent. `program` is what was found of `needs`. */
  argv(program: string, target: RouteTarget): readonly string[];
  /** Whether the words of the program prove that an HTTP answer came through TLS, whatever its status. */
  readonly answered: RegExp;
  /** What of the words says that a part of the program is not installed. */
  readonly incomplete?: RegExp;
  /** How to get it into a bottle. */
  readonly install: string;
}

/** What the matrix says about one client. */
export interface ClientVerdict {
  readonly status: 'pass' | 'fail' | 'missing';
  readonly detail: string;
  /** What to do; empty for a pass. */
  readonly fix: string;
}

interface Trouble {
  readonly sign: RegExp;
  readonly detail: string;
  readonly fix: string;
}

/** Why requests fail, in the words of many programs; the first that fits is told. */
const troubles: readonly Trouble[] = [
  {
    sign: /CONNECT tunnel failed|Proxy CONNECT aborted|Tunnel connection failed|Received HTTP code \d+ from proxy|Proxy response \(\d+\)|is not listed|egress of this bottle is closed/i,
    detail: 'the proxy refused the connection',
    fix: 'bot-bottle log SLUG says why; bot-bottle routes SLUG shows what is allowed.',
  },
  {
    sign: /CERT_|SELF_SIGNED|self[- ]signed|UNABLE_TO_(GET|VERIFY)|unable to get (local )?issuer|certificate verif(y|ication) failed|SSL certificate|SSLError|SSLCertVerification|x509:|unknown authority|UnknownIssuer|invalid peer certificate|certificate is not trusted|SSL peer certificate/i,
    detail: 'it does not trust the certificate of this bottle',
    fix: 'It reads none of the CA variables of the bottle: point its own option at the file that $SSL_CERT_FILE names.',
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN|could ?n[o']t resolve|Name or service not known|Temporary failure in name resolution|no such host|dial tcp|Network is unreachable|ENETUNREACH|failed to lookup address/i,
    detail: 'it does not use the proxy: a bottle has no other way out and no DNS',
    fix: 'Tell it about $HTTPS_PROXY by its own option; for Node use 22.21, 24 or newer, whose fetch reads NODE_USE_ENV_PROXY.',
  },
  {
    sign: /ECONNREFUSED|Connection refused|ECONNRESET|Connection reset/i,
    detail: 'the proxy does not answer',
    fix: 'Stop the bottle and start it again.',
  },
];

/** Reads the outcome of one client. */
export function judge(client: Client, outcome: Outcome): ClientVerdict {
  const words = `${outcome.stdout}\n${outcome.stderr}`;
  if (client.incomplete?.test(words) === true) return missing(client);
  const answered = client.answered.test(words);
  const trouble = troubles.find(({ sign }) => sign.test(words));
  if (answered && trouble === undefined) return { status: 'pass', detail: 'an answer came through the proxy, certificate checks on', fix: '' };
  if (trouble !== undefined) return { status: 'fail', detail: trouble.detail, fix: trouble.fix };
  if (outcome.code === null) return { status: 'fail', detail: 'it did not end in time', fix: 'Try it by hand: bot-bottle exec SLUG -- ...' };
  return { status: 'fail', detail: `it ended with ${outcome.code}: ${lastLine(words)}`, fix: 'Try it by hand: bot-bottle exec SLUG -- ...' };
}

/** The verdict on a client that is not there. */
export function missing(client: Client): ClientVerdict {
  return { status: 'missing', detail: 'it is not installed in this bottle', fix: client.install };
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? 'no output' : line.slice(0, 200);
}
