import type { Bindings } from '../../schemas/policy/binding.ts';
import type { WatchedSecret } from '../../schemas/protocol/control.ts';
import type { KnownSecret } from './dlp/scanner.ts';

/**
 * Everything to look for in what leaves: each credential, at home where its slot is bound, and what the host watches
 * besides. One value that stands for several is one secret, at home wherever any of them is.
 */
export function knownSecrets(credentials: ReadonlyMap<string, string>, bindings: Bindings, watched: readonly WatchedSecret[]): KnownSecret[] {
  const all: KnownSecret[] = [
    ...watched.filter((one) => one.kind === 'canary'),
    ...[...credentials].map(([slot, value]): KnownSecret => ({ kind: 'credential', name: slot, value, home: hostOf(bindings.get(slot)?.place) })),
    ...watched.filter((one) => one.kind !== 'canary'),
  ];
  const byValue = new Map<string, KnownSecret>();
  for (const secret of all) {
    const first = byValue.get(secret.value);
    byValue.set(secret.value, first === undefined ? secret : { ...first, home: [...new Set([...first.home, ...secret.home])] });
  }
  return [...byValue.values()].filter(({ value }) => value !== '');
}

/** The host of a binding's `host:port`, IPv6 without brackets. */
function hostOf(place: string | undefined): string[] {
  return place === undefined ? [] : [place.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')];
}
