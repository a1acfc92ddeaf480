import { isIP } from 'node:net';

/**
 * Hosts-file entries for the sidecar, so that a name this machine's own hosts file gives to one of the routes means the
 * same there. A loopback address becomes the engine's host, which only a local engine can mean. `localhost` stays.
 */
export function extraHosts(hostsFile: string, wanted: readonly string[], local: boolean): string[] {
  const names = new Set(wanted.map((host) => host.replace(/:\d+$/, '').toLowerCase()));
  names.delete('localhost');
  const found: string[] = [];
  for (const line of hostsFile.split('\n')) {
    const [address = '', ...aliases] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    const loopback = address === '::1' || address.startsWith('127.');
    if (loopback && !local) continue;
    for (const alias of aliases) {
      const name = alias.toLowerCase();
      const entry = `${name}:${loopback ? 'host-gateway' : address}`;
      if (names.has(name) && !found.includes(entry)) found.push(entry);
    }
  }
  return found;
}
