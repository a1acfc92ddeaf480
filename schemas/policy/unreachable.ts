import { classifyAddress } from './addresses.ts';
import type { Authority } from './host.ts';

/** The proxy's own name: it answers there itself, and no DNS has it. */
export const sidecarHost = '_egress.local';

/** Names that stand for a cloud's metadata service, which hands out the machine's own identity. */
const metadataNames: readonly string[] = ['metadata.google.internal', 'metadata.goog', 'instance-data.ec2.internal', 'metadata.azure.internal', 'metadata.tencentyun.com'];

/** Why no route whatever reaches this host, as the start of a sentence; undefined when one may. */
export function unreachableHost(authority: Authority): string | undefined {
  const { host, kind } = authority;
  if (kind === 'name') {
    if (host === sidecarHost) return 'the proxy itself answers for this name';
    return metadataNames.includes(host) ? 'the metadata service of a cloud is always blocked' : undefined;
  }
  const { class: place, range } = classifyAddress(host);
  return place === 'never' ? `a ${range} address is always blocked` : undefined;
}
