import type { UpstreamProxySettings } from '../../../schemas/protocol/control.ts';

/**
 * The proxies of the network this machine is in, from the environment of whoever starts the bottle. Lower case wins, as
 * in curl. Undefined when there is none; the bottle's own environment never counts.
 */
export function hostProxy(env: Readonly<Record<string, string | undefined>>): UpstreamProxySettings | undefined {
  const value = (...names: readonly string[]): string | undefined => names.map((name) => env[name]?.trim()).find((text) => text !== undefined && text !== '');
  const https = value('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY');
  const http = value('http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY');
  const noProxy = value('no_proxy', 'NO_PROXY');
  if (https === undefined && http === undefined) return undefined;
  return {
    ...(https === undefined ? {} : { https }),
    ...(http === undefined ? {} : { http }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
}
