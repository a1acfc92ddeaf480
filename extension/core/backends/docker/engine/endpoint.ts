import { BottleError } from '../../../errors.ts';

/** Where an engine listens. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | null }
  /** `target` is what ssh(1) takes: `[user@]host`, with the port apart. */
  | { readonly kind: 'ssh'; readonly target: string; readonly port: number | null };

/** PEM files for a mutually authenticated connection; `ca` null trusts the system's authorities. */
export interface TlsFiles {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly verify: boolean;
}

const defaultPorts = { plain: 2375, tls: 2376 } as const;

/**
 * Reads a host address in the form that `DOCKER_HOST` and contexts use: `unix:///path`, `tcp://host:port`,
 * `ssh://user@host:port`. Throws `usage` for any other.
 */
export function parseEndpoint(address: string, tls: TlsFiles | null): Endpoint {
  if (address.startsWith('unix://')) {
    const path = address.slice('unix://'.length);
    if (!path.startsWith('/')) throw unreadable(address);
    return { kind: 'unix', path };
  }
  if (!URL.canParse(address)) throw unreadable(address);
  const url = new URL(address);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw unreadable(address);
  const port = url.port === '' ? null : Number(url.port);
  switch (url.protocol) {
    case 'tcp:':
    case 'http:':
      return { kind: 'tcp', host, port: port ?? (tls === null ? defaultPorts.plain : defaultPorts.tls), tls };
    case 'https:':
      return { kind: 'tcp', host, port: port ?? defaultPorts.tls, tls: tls ?? { ca: null, cert: null, key: null, verify: true } };
    case 'ssh:': {
      const user = decodeURIComponent(url.username);
      // ssh would take a leading dash for an option.
      if (host.startsWith('-') || user.startsWith('-')) throw unreadable(address);
      return { kind: 'ssh', target: user === '' ? host : `${user}@${host}`, port };
    }
    default:
      throw unreadable(address);
  }
}

/** The endpoint in words, for errors and the log. */
export function describeEndpoint(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'unix':
      return endpoint.path;
    case 'tcp':
      return `${endpoint.tls === null ? 'tcp' : 'tls'}://${endpoint.host}:${endpoint.port}`;
    case 'ssh':
      return `ssh://${endpoint.target}${endpoint.port === null ? '' : `:${endpoint.port}`}`;
  }
}

function unreadable(address: string): BottleError {
  const shown = address.replace(/\/\/[^@/]*@/, '//…@');
  return new BottleError('usage', `"${shown}" is not the address of a Docker engine.`, {
    hint: 'Use unix:///path/to/docker.sock, tcp://host:port or ssh://user@host in DOCKER_HOST or the Docker context.',
  });
}
