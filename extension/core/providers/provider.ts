import type { Bottle } from '../../../schemas/manifest/bottle.ts';
import type { Agent } from '../../../schemas/manifest/agent.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import type { Color } from '../../../schemas/protocol/bottle.ts';
import type { GuestFile, ReadOnlyMount } from '../backends/backend.ts';
import type { BackendName } from '../../../schemas/protocol/bottle.ts';
import type { Progress } from '../ports.ts';

/** What a provider is asked for: manifest, place in the guest, and what the person chose. */
export interface ProviderRequest {
  readonly agent: Agent;
  readonly bottle: Bottle;
  readonly guestHome: string;
  readonly guestWorkspace: string;
  readonly label: string;
  readonly color: Color | null;
  readonly prompt: string | null;
  readonly headless: boolean;
  /** Kind of the real credential behind `agent_provider.auth_token`, decided by its prefix; null without one. */
  readonly credential: { readonly kind: 'oauth' | 'api-key' } | null;
}

/** What a provider wants in the bottle: pure data, no side effects. */
export interface Provision {
  readonly argv: readonly string[];
  /** Set only where neither bottle nor core set the same name. */
  readonly env: Readonly<Record<string, string>>;
  /** Env names left out of summaries because they are placeholders. */
  readonly hiddenEnv: readonly string[];
  readonly files: readonly GuestFile[];
  /** Routes the CLI needs; one for a host the manifest also names joins that one. */
  readonly routes: readonly Route[];
}

/** The agent's program on the host, for a backend that shows the host's own folders (bubblewrap). */
export interface HostTool {
  /** Found, or what to do to get it. */
  find(): Promise<{ readonly mounts: readonly ReadOnlyMount[]; readonly version: string } | undefined>;
  /** Installs the pinned version into our own tools folder. */
  install(progress: Progress, signal: AbortSignal): Promise<void>;
}

/** One coding CLI (or plain shell) that can live in a bottle. */
export interface Provider {
  readonly name: string;
  /** Folder under `provider-images/`. */
  readonly image: string;
  provision(request: ProviderRequest): Provision;
  /** undefined when the provider needs nothing but the system. */
  hostTool(backend: BackendName): HostTool | undefined;
}
