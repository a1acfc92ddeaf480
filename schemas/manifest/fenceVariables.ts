/**
 * Variables by which the fence works: where the proxy, the CA bundle, the home folder and the programs of the bottle are.
 * A bottle sets them itself, so a manifest that names one is refused rather than silently overruled.
 */
export const fenceVariables = [
  'HOME',
  'USER',
  'LOGNAME',
  'PATH',
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'NO_PROXY',
  'no_proxy',
  'NODE_USE_ENV_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'CODEX_CA_CERTIFICATE',
  'CARGO_HTTP_CAINFO',
  'DENO_CERT',
  'BOT_BOTTLE_SLUG',
  'BOT_BOTTLE_WORKSPACE',
] as const;
export type FenceVariable = (typeof fenceVariables)[number];

/** Whether the bottle sets this variable itself. */
export function isFenceVariable(name: string): name is FenceVariable {
  return fenceVariables.some((one) => one === name);
}
