import { parseAddress } from './ip.ts';
import type { AddressBytes } from './ip.ts';

/**
 * `public`: anyone may be sent there. `private`: only a route with `private_addresses`. `never`: no rule opens it
 * (metadata services hand out the machine's own identity; the rest is no unicast peer).
 */
export type AddressClass = 'public' | 'private' | 'never';

export interface AddressVerdict {
  readonly class: AddressClass;
  /** What the range is called, for the log. */
  readonly range: string;
}

interface Range extends AddressVerdict {
  readonly prefix: AddressBytes;
  readonly bits: number;
  /** The range carries an IPv4 address from this byte on, which is what really gets the packet. */
  readonly embeds?: number;
}

function range(cidr: string, verdict: AddressClass, name: string, embeds?: number): Range {
  const [address = '', bits = ''] = cidr.split('/');
  const prefix = parseAddress(address);
  if (prefix === undefined) throw new RangeError(`not an address range: ${cidr}`);
  return { prefix, bits: Number(bits), class: verdict, range: name, ...(embeds === undefined ? {} : { embeds }) };
}

/**
 * First match decides. Documentation ranges count as private: sealed lab and cloud machines really use them. From the
 * IANA special-purpose registries, RFC 6890 and the clouds' own documentation.
 */
const ranges: readonly Range[] = [
  range('169.254.169.254/32', 'never', 'cloud metadata'),
  range('169.254.170.2/32', 'never', 'cloud metadata'),
  range('169.254.170.23/32', 'never', 'cloud metadata'),
  range('100.100.100.200/32', 'never', 'cloud metadata'),
  range('192.0.0.192/32', 'never', 'cloud metadata'),
  range('168.63.129.16/32', 'never', 'cloud metadata'),
  range('0.0.0.0/8', 'never', 'unspecified'),
  range('10.0.0.0/8', 'private', 'private'),
  range('100.64.0.0/10', 'private', 'carrier-grade NAT'),
  range('127.0.0.0/8', 'private', 'loopback'),
  range('169.254.0.0/16', 'private', 'link-local'),
  range('172.16.0.0/12', 'private', 'private'),
  range('192.0.0.0/24', 'never', 'protocol assignments'),
  range('192.0.2.0/24', 'private', 'documentation'),
  range('192.88.99.0/24', 'never', '6to4 relay'),
  range('192.168.0.0/16', 'private', 'private'),
  range('198.18.0.0/15', 'private', 'benchmarking'),
  range('198.51.100.0/24', 'private', 'documentation'),
  range('203.0.113.0/24', 'private', 'documentation'),
  range('224.0.0.0/4', 'never', 'multicast'),
  range('240.0.0.0/4', 'never', 'reserved'),
  range('0.0.0.0/0', 'public', 'public'),

  range('::/128', 'never', 'unspecified'),
  range('::1/128', 'private', 'loopback'),
  range('::ffff:0:0/96', 'never', 'IPv4-mapped', 12),
  range('::ffff:0:0:0/96', 'never', 'IPv4-translated', 12),
  range('::/96', 'never', 'IPv4-compatible', 12),
  range('64:ff9b::/96', 'never', 'NAT64', 12),
  range('64:ff9b:1::/48', 'private', 'local NAT64'),
  range('2002::/16', 'never', '6to4', 2),
  range('2001::/32', 'never', 'Teredo'),
  range('2001:2::/48', 'private', 'benchmarking'),
  range('2001:db8::/32', 'private', 'documentation'),
  range('2001:10::/28', 'never', 'ORCHID'),
  range('2001:20::/28', 'never', 'ORCHID'),
  range('3fff::/20', 'private', 'documentation'),
  range('fd00:ec2::/32', 'never', 'cloud metadata'),
  range('fd20:ce::254/128', 'never', 'cloud metadata'),
  range('fc00::/7', 'private', 'unique local'),
  range('fe80::/10', 'private', 'link-local'),
  range('fec0::/10', 'private', 'site-local'),
  range('ff00::/8', 'never', 'multicast'),
  range('2000::/3', 'public', 'public'),
  range('::/0', 'never', 'unassigned'),
];

/** What kind of place an IP address is. Text that is no address is `never`. */
export function classifyAddress(text: string): AddressVerdict {
  const bytes = parseAddress(text);
  return bytes === undefined ? { class: 'never', range: 'not an address' } : classifyBytes(bytes);
}

function classifyBytes(bytes: AddressBytes): AddressVerdict {
  const found = ranges.find((candidate) => inside(bytes, candidate));
  if (found === undefined) return { class: 'never', range: 'unassigned' };
  if (found.embeds === undefined) return { class: found.class, range: found.range };
  const inner = classifyBytes(bytes.slice(found.embeds, found.embeds + 4));
  return { class: inner.class, range: `${found.range} ${inner.range}` };
}

function inside(bytes: AddressBytes, candidate: Range): boolean {
  if (bytes.length !== candidate.prefix.length) return false;
  return bytes.every((byte, index) => {
    const significant = Math.min(8, Math.max(0, candidate.bits - 8 * index));
    const mask = (0xff << (8 - significant)) & 0xff;
    return (byte & mask) === ((candidate.prefix[index] ?? 0) & mask);
  });
}

/**
 * Which of the resolved addresses may be dialled: all or none. One refused address refuses the whole answer, because a
 * name that points both ways is how rebinding looks.
 */
export function refusedAddress(addresses: readonly string[], privateAllowed: boolean): { readonly address: string; readonly range: string } | undefined {
  for (const address of addresses) {
    const verdict = classifyAddress(address);
    if (verdict.class === 'never' || (verdict.class === 'private' && !privateAllowed)) return { address, range: verdict.range };
  }
  return undefined;
}
