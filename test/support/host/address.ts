import { networkInterfaces } from 'node:os';

/**
 * An IPv4 address of this machine that a container on a bridge reaches too: the first outward one, else that of any
 * interface but loopback. Throws when there is only loopback.
 */
export function machineAddress(): string {
  const outward = Object.entries(networkInterfaces())
    .sort(([a], [b]) => Number(/^(docker|br-|veth)/.test(a)) - Number(/^(docker|br-|veth)/.test(b)))
    .flatMap(([, addresses]) => addresses ?? [])
    .find((address) => address.family === 'IPv4' && !address.internal);
  if (outward === undefined) throw new Error('this machine has no IPv4 address besides loopback');
  return outward.address;
}
