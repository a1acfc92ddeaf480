import { type FenceVariable, isFenceVariable } from '../../../schemas/manifest/fenceVariables.ts';

const proxy = 'http://127.0.0.1:9099';
const local = '127.0.0.1,localhost';

/** Where the guest finds the CA bundle that trusts exactly the bottle's own authority. */
export const guestCaBundle = '/etc/ssl/certs/ca-certificates.crt';

/** What every bottle's agent sees, whatever its provider (`contract.md`, "Inside a bottle"). */
export function bottleEnvironment(place: {
  readonly slug: string;
  readonly guestHome: string;
  readonly guestWorkspace: string;
  readonly term: string;
}): Record<string, string> {
  const fence: Record<FenceVariable, string> = {
    HOME: place.guestHome,
    USER: 'agent',
    LOGNAME: 'agent',
    PATH: `${place.guestHome}/.local/bin:/opt/bot-bottle/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin`,
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    NO_PROXY: local,
    no_proxy: local,
    // Node's own fetch and http look at the variables above only when told to (22.21, 24 and newer).
    NODE_USE_ENV_PROXY: '1',
    // Every variable by which a program in the wild is told about a CA file.
    NODE_EXTRA_CA_CERTS: guestCaBundle,
    SSL_CERT_FILE: guestCaBundle,
    REQUESTS_CA_BUNDLE: guestCaBundle,
    CURL_CA_BUNDLE: guestCaBundle,
    GIT_SSL_CAINFO: guestCaBundle,
    PIP_CERT: guestCaBundle,
    CODEX_CA_CERTIFICATE: guestCaBundle,
    CARGO_HTTP_CAINFO: guestCaBundle,
    DENO_CERT: guestCaBundle,
    BOT_BOTTLE_SLUG: place.slug,
    BOT_BOTTLE_WORKSPACE: place.guestWorkspace,
  };
  return { SHELL: '/bin/bash', LANG: 'C.UTF-8', TERM: place.term, COLORTERM: 'truecolor', ...fence };
}

/** Lays the provider's and the manifest's words over those of the bottle (`own`); what the fence needs stays. */
export function mergeEnvironment(
  provider: Readonly<Record<string, string>>,
  manifest: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const fence = Object.fromEntries(Object.entries(own).filter(([name]) => isFenceVariable(name)));
  return { ...own, ...provider, ...manifest, ...fence };
}
