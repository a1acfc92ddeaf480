/** What a person is told about a key that the policy defines and manifests share with routes files. */
export interface KeyDoc {
  readonly description: string;
  readonly default?: unknown;
  readonly examples?: unknown[];
}

/** Keys of an entry of `matches` or `deny`, below it. */
const entryDocs = {
  'paths[].type': { description: '`prefix`: this path and what lies below; `exact`: this path only; `regex`: a regular expression (RE2) for the whole path.', default: 'prefix', examples: ['exact'] },
  'paths[].value': { description: 'The path, or the expression.', examples: ['/repos/acme/app'] },
  'headers[].name': { description: 'Name of the header, in any case.', examples: ['accept'] },
  'headers[].value': { description: 'The value, or the expression.', examples: ['application/json'] },
  'headers[].type': { description: '`exact`: this value; `regex`: a regular expression (RE2) for the whole value.', default: 'exact', examples: ['regex'] },
  'query[].name': { description: 'Name of the parameter, as it reads when decoded.', examples: ['page'] },
  'query[].value': { description: 'The value, as it reads when decoded, or the expression. Without it, any value.', examples: ['1'] },
  'query[].type': { description: '`exact`: this value; `regex`: a regular expression (RE2) for the whole value.', default: 'exact', examples: ['regex'] },
} satisfies Readonly<Record<string, KeyDoc>>;

const below = (list: string): Readonly<Record<string, KeyDoc>> => Object.fromEntries(Object.entries(entryDocs).map(([key, words]) => [`${list}[].${key}`, words]));

/** Keys of a route by their path below it; `[]` stands for the entries of a list. */
export const routeKeyDocs: Readonly<Record<string, KeyDoc>> = {
  host: { description: 'Host that may be reached, with `:port` when it is not 443. `*.example.com` stands for exactly one label before `example.com`.', examples: ['api.example.com', 'git.example.com:8443'] },
  'auth.scheme': { description: 'How the credential is written: `Bearer`, `token` and `Basic` in `Authorization`, `x-api-key` in that header, `query:NAME` as `?NAME=`.', examples: ['Bearer'] },
  auth_scheme: { description: 'How the credential is written: `Bearer`, `token` and `Basic` in `Authorization`, `x-api-key` in that header, `query:NAME` as `?NAME=`. Needs `token_env`.', examples: ['Bearer'] },
  token_env: { description: 'Name of the credential slot, never its value. Needs `auth_scheme`.', examples: ['EGRESS_TOKEN_0'] },
  matches: { description: 'Requests that may pass; any one entry must fit. Without it, every request to the host.', examples: [[{ methods: ['GET'] }]] },
  ...below('matches'),
  'matches[].paths': { description: 'Paths of this entry; any one must fit. Without it, every path.', examples: [[{ value: '/v1/' }]] },
  'matches[].methods': { description: 'Methods of this entry, in any case. Without it, every method.', examples: [['GET', 'HEAD']] },
  'matches[].headers': { description: 'Headers of this entry; all of them must fit. Without it, any headers.', examples: [[{ name: 'accept', value: 'application/json' }]] },
  'matches[].query': { description: 'All query parameters there may be: one with a `value` must be there, one without may be, no other. `[]` is none at all. Without it, any query.', examples: [[{ name: 'page' }]] },
  deny: { description: '`true` blocks the host as a whole, or a list of requests that are blocked whatever allows them. Holds for all that the host covers: any port where none is written, any depth below `*.`.', examples: [[{ methods: ['DELETE'] }]] },
  ...below('deny'),
  'deny[].paths': { description: 'Paths of this entry; any one denies, in every spelling that some server takes for it. Without it, every path.', examples: [[{ value: '/admin' }]] },
  'deny[].methods': { description: 'Methods of this entry, in any case. Without it, every method.', examples: [['DELETE']] },
  'deny[].headers': { description: 'Headers of this entry; all of them must be there, each with any value that fits. Without it, any headers.', examples: [[{ name: 'x-admin', value: '.*', type: 'regex' }]] },
  'deny[].query': { description: 'Query parameters of this entry; any one denies, and so does a query that can be read in two ways. Without it, any query.', examples: [[{ name: 'admin' }]] },
  dlp: { description: 'Detectors that look at what passes. Without it, all of them.', examples: [{ inbound_detectors: false }] },
  'dlp.outbound_detectors': { description: 'Detectors for what leaves: a list, or `false` for none. Without it, all.', examples: [['known_secrets']] },
  'dlp.inbound_detectors': { description: 'Detectors for what comes back: a list, or `false` for none. Without it, all.', examples: [false] },
  'dlp.inbound_action': { description: 'What follows a finding in an answer: `log` it, `warn` the agent in a header, or `block` the answer.', default: 'log', examples: ['block'] },
  git: { description: 'Git over HTTPS to this host.', examples: [{ fetch: true }] },
  'git.fetch': { description: 'Permits cloning and fetching. Pushing goes through the git gate.', default: false, examples: [true] },
  private_addresses: { description: 'Permits an upstream on a loopback, private or link-local address.', default: false, examples: [true] },
  plaintext: { description: 'Permits `http://`. A credential is never put into such a request.', default: false, examples: [true] },
  websocket: { description: 'Permits WebSocket. Every message is scanned, both ways.', default: false, examples: [true] },
  encoded_slash: { description: 'Permits `%2F` and `%5C` where paths are restricted: servers disagree whether they divide segments.', default: false, examples: [true] },
  tls_passthrough: { description: 'Lets TLS through unopened, for hosts that pin their certificate or want a client certificate. Nothing inside is read, scanned or changed, so `auth`, `matches`, `git`, `dlp` and the like cannot stand beside it. One host by name.', default: false, examples: [true] },
  budget: { description: 'What the agent may send to this route in a sliding window of time. More is blocked until there is room again. Without it, no limit.', examples: [{ sent: '50MiB', window: '1h' }] },
  'budget.sent': { description: 'Bytes of requests, WebSocket messages and tunnels together: a whole number and KiB, MiB, GiB or TiB.', examples: ['50MiB'] },
  'budget.window': { description: 'How far back is counted: a whole number and s, m, h or d, up to 7d.', examples: ['1h'] },
};

/** Keys of a routes file above its routes. */
export const routesFileKeyDocs: Readonly<Record<string, KeyDoc>> = {
  log: { description: 'What is recorded: 0 nothing, 1 blocked requests, 2 every request.', default: 1, examples: [2] },
  routes: { description: 'Places the bottle may reach, one entry a host.', default: [], examples: [[{ host: 'api.example.com' }]] },
};
