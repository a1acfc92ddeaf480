import type { SecureContext } from 'node:tls';
import { bindingsOf, extendBindings } from '../../schemas/policy/binding.ts';
import type { Bindings } from '../../schemas/policy/binding.ts';
import { compilePolicy } from '../../schemas/policy/policy.ts';
import type { Policy } from '../../schemas/policy/policy.ts';
import type { RoutesFile } from '../../schemas/policy/routesSchema.ts';
import type { Result } from '../../schemas/policy/result.ts';
import type { SidecarConfig, WatchedSecret } from '../../schemas/protocol/control.ts';
import { cleanCredentials } from './credential.ts';
import { createScanner } from './dlp/scanner.ts';
import type { Scanner } from './dlp/scanner.ts';
import { EchoGuard } from './echo.ts';
import { knownSecrets } from './knownSecrets.ts';
import { leafMinter } from './leaf.ts';
import type { LeafFor } from './leaf.ts';
import { upstreamTrust } from './trust.ts';
import { proxyChoice } from './upstreamProxy.ts';
import type { ProxyFor } from './upstreamProxy.ts';

/** Everything a request is judged and carried with. Immutable: a reload makes another one, a request keeps its own. */
export interface Live {
  readonly slug: string;
  readonly policy: Policy;
  readonly credentials: ReadonlyMap<string, string>;
  /** Where each credential may go; made by the first configuration and only added to. */
  readonly bindings: Bindings;
  /** By slot: keeps an upstream from handing the credential to the agent. */
  readonly echoes: ReadonlyMap<string, EchoGuard>;
  /** Values of the agent's that may not go just anywhere, canaries and placeholders among them. */
  readonly watched: readonly WatchedSecret[];
  /** Looks for all of these, and for what looks like a credential, in what passes. */
  readonly scanner: Scanner;
  /** What must not show in a log. */
  readonly secrets: readonly string[];
  readonly leafFor: LeafFor;
  readonly trust: SecureContext;
  /** The proxy of the host's network that stands before a place, if one does. */
  readonly proxyFor: ProxyFor;
}

/** Throws one sentence without values when the configuration cannot work. `trust` costs 100 ms; who has it passes it. */
export function liveFrom(config: SidecarConfig, trust = upstreamTrust(config.extraCaPem)): Live {
  const credentials = cleanCredentials(config.credentials);
  const bindings = required(bindingsOf(config.routes));
  return {
    slug: config.slug,
    policy: compilePolicy(config.routes),
    bindings,
    ...withValues(credentials, bindings, config.secrets ?? []),
    leafFor: leafMinter(config.ca),
    trust,
    proxyFor: proxyChoice(config.upstreamProxy),
  };
}

/**
 * The same bottle with other routes, and other credentials when `values` are given. Throws one sentence, and nothing has
 * changed, when a route would send a credential to another place than the one it was given for.
 */
export function withRoutes(live: Live, routes: RoutesFile, values: Readonly<Record<string, string>> | undefined): Live {
  const credentials = values === undefined ? live.credentials : cleanCredentials(values);
  const bindings = required(extendBindings(live.bindings, routes, (slot) => values?.[slot] !== undefined));
  return { ...live, policy: compilePolicy(routes), bindings, ...withValues(credentials, bindings, live.watched) };
}

function required<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.reason);
  return result.value;
}

function withValues(credentials: ReadonlyMap<string, string>, bindings: Bindings, watched: readonly WatchedSecret[]): Pick<Live, 'credentials' | 'echoes' | 'watched' | 'scanner' | 'secrets'> {
  return {
    credentials,
    watched,
    scanner: createScanner(knownSecrets(credentials, bindings, watched)),
    // A value too short to be a secret would blank ordinary words out of the log.
    secrets: [...credentials.values(), ...watched.map((one) => one.value)].filter((value) => value.length >= 8),
    echoes: new Map([...credentials].map(([slot, value]) => [slot, new EchoGuard(value)])),
  };
}
