import { randomBytes } from 'node:crypto';
import { canaryBytes, makeCanary } from '../../../schemas/policy/canary.ts';
import type { CanaryKind } from '../../../schemas/policy/canary.ts';
import type { WatchedSecret } from '../../../schemas/protocol/control.ts';
import type { GuestFile } from '../backends/backend.ts';

/** Bait for whoever goes through a bottle for things to steal: where it lies, and what the proxy watches for. */
export interface Canaries {
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly GuestFile[];
  readonly secrets: readonly WatchedSecret[];
}

/** A variable that no tool reads, named like one that opens something. */
const variable = 'BACKUP_STORE_TOKEN';

/** The first file a thief opens. The profile is not `default`, so no tool uses it unasked. */
const file = '.aws/credentials';
const profile = 'backup-store';

/**
 * Plants one canary in the environment and one in a file, new for every bottle. `mind` are the hosts of the agent's own
 * model: what the agent reads, its model reads, so a sighting there is no theft. `taken` are names and paths that the
 * bottle uses itself; those are left alone.
 */
export function plantCanaries(place: { readonly guestHome: string; readonly mind: readonly string[]; readonly taken: ReadonlySet<string> }): Canaries {
  const fresh = (kind: CanaryKind): string => makeCanary(kind, randomBytes(canaryBytes));
  const watched = (name: string, value: string): WatchedSecret => ({ kind: 'canary', name, value, home: [...place.mind] });
  const path = `${place.guestHome}/${file}`;
  const token = fresh('github-token');
  const [keyId, key] = [fresh('aws-access-key'), fresh('aws-secret-key')];
  const inEnvironment = !place.taken.has(variable);
  const inFile = !place.taken.has(path);
  return {
    env: inEnvironment ? { [variable]: token } : {},
    files: inFile ? [{ path, mode: 0o600, content: `[${profile}]\naws_access_key_id = ${keyId}\naws_secret_access_key = ${key}\n` }] : [],
    secrets: [
      ...(inEnvironment ? [watched(`the variable ${variable}`, token)] : []),
      ...(inFile ? [watched(`the key id in ~/${file}`, keyId), watched(`the key in ~/${file}`, key)] : []),
    ],
  };
}
