/** What a canary passes for. */
export type CanaryKind = 'github-token' | 'aws-access-key' | 'aws-secret-key';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const alphabet62 = `${letters}${letters.toLowerCase()}${digits}`;

/** Prefix, alphabet and number of random characters, as the vendors write theirs. */
const shapes: Readonly<Record<CanaryKind, { readonly prefix: string; readonly alphabet: string; readonly length: number }>> = {
  'github-token': { prefix: 'ghp_', alphabet: alphabet62, length: 36 },
  'aws-access-key': { prefix: 'AKIA', alphabet: `${letters}234567`, length: 16 },
  'aws-secret-key': { prefix: '', alphabet: `${alphabet62}/+`, length: 40 },
};

/** Random bytes a canary is made of; more are ignored. */
export const canaryBytes = 40;

/**
 * A token that looks real, opens nothing and exists in one bottle only: meeting it outside is proof that somebody took
 * it. Pure; `random` holds `canaryBytes` bytes.
 */
export function makeCanary(kind: CanaryKind, random: Uint8Array): string {
  const { prefix, alphabet, length } = shapes[kind];
  if (random.length < length) throw new RangeError(`a canary needs ${canaryBytes} random bytes`);
  return prefix + Array.from(random.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join('');
}
