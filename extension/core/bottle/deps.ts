import type { BackendName } from '../../../schemas/protocol/bottle.ts';
import type { Backend, Owner } from '../backends/backend.ts';
import type { Clock, Log, Secrets } from '../ports.ts';
import type { Provider } from '../providers/provider.ts';
import type { Folders } from './folders.ts';

/** Asks the person for a secret that a manifest wants typed in (`?prompt text`); undefined when nobody can answer. */
export interface Ask {
  secret(name: string, prompt: string): Promise<string | undefined>;
}

/** Everything the bottle service is made of; each composition root brings its own. */
export interface BottlesDeps {
  readonly folders: Folders;
  /** uid and gid we run as. */
  readonly self: Owner;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly ask: Ask;
  readonly log: Log;
  readonly clock: Clock;
  readonly backends: ReadonlyMap<BackendName, Backend>;
  readonly providers: ReadonlyMap<string, Provider>;
}
