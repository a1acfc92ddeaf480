import { parseHostPattern } from './hostPattern.ts';
import { isModelVendor } from './inference.ts';
import type { Mistake } from './issue.ts';

/** A route as far as it was read, whatever its keys are. */
interface Keys {
  readonly host: string;
  readonly tls_passthrough?: boolean | undefined;
}

/** The keys that still do something where nothing inside the connection is seen. */
const meaningful: readonly string[] = ['host', 'tls_passthrough', 'private_addresses', 'budget'];

/** Where a manifest and a routes file call a thing by different names, its own; undefined for what its neighbour tells. */
const thing: Readonly<Record<string, string | undefined>> = { token_env: 'the credential', auth_scheme: undefined };

/**
 * What contradicts `tls_passthrough: true`: whatever would need to see or change what is inside. Keys that this code does
 * not know count too, so that a rule never stands there unenforced. Paths start at the route.
 */
export function passthroughMistakes(route: Keys): Mistake[] {
  const pattern = parseHostPattern(route.host);
  if (route.tls_passthrough !== true || !pattern.ok) return [];
  const { wildcard, authority } = pattern.value;
  const idle = Object.entries(route).flatMap(([key, value]) => (value === undefined || value === false || meaningful.includes(key) ? [] : [{ key, name: key in thing ? thing[key] : key }]));
  return [
    ...idle.flatMap(({ key, name }) => (name === undefined ? [] : [{ path: [key], message: 'cannot be enforced beside tls_passthrough: true, where nothing inside the connection is seen', hint: `Take ${name} away, or tls_passthrough.` }])),
    ...(wildcard ? [{ path: ['tls_passthrough'], message: 'is for one host by name: under a wildcard the agent would choose who hears what nobody sees', hint: 'Write the hosts that need it, one route each.' }] : []),
    ...(isModelVendor(authority.host) ? [{ path: ['tls_passthrough'], message: "is never for a vendor of models: nobody would see whether a credential other than the bottle's own goes there", hint: 'Take tls_passthrough away.' }] : []),
  ];
}
