const proxy = 'http://127.0.0.1:9099';
const local = '127.0.0.1,localhost';

/** Where the guest finds the CA bundle that trusts exactly the bottle's own authority. */
export const guestCaBundle = '/etc/ssl/certs/ca-certificates.crt';

/** Every variable by which a program in the wild is told about a CA file (`contract.md`, "Inside a bottle"). */
const caVariables = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'CODEX_CA_CERTIFICATE',
  'CARGO_HTTP_CAINFO',
  'DENO_CERT',
] as const;

/** What every bottle's agent sees, whatever its provider. Provider and manifest may add names, never change these. */
export function bottleEnvironment(place: {
  readonly slug: string;
  readonly guestHome: string;
  readonly guestWorkspace: string;
  readonly term: string;
}): Record<string, string> {
  const env: Record<string, string> = {
    HOME: place.guestHome,
    USER: 'agent',
    LOGNAME: 'agent',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    PATH: `${place.guestHome}/.local/bin:/opt/bot-bottle/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin`,
    TERM: place.term,
    COLORTERM: 'truecolor',
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    NO_PROXY: local,
    no_proxy: local,
    // Node's own fetch and http look at the variables above only when told to (22.21, 24 and newer).
    NODE_USE_ENV_PROXY: '1',
    BOT_BOTTLE_SLUG: place.slug,
    BOT_BOTTLE_WORKSPACE: place.guestWorkspace,
  };
  for (const name of caVariables) env[name] = guestCaBundle;
  return env;
}

/** Layers later over earlier, but nothing may replace what the fence itself needs (`fixed`). */
export function mergeEnvironment(
  provider: Readonly<Record<string, string>>,
  manifest: Readonly<Record<string, string>>,
  fixed: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...provider, ...manifest, ...fixed };
}
