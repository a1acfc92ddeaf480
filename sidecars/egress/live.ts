import type { SecureContext } from 'node:tls';
import { compilePolicy } from '../../schemas/policy/policy.ts';
import type { Policy } from '../../schemas/policy/policy.ts';
import type { RoutesFile } from '../../schemas/policy/routesSchema.ts';
import type { SidecarConfig } from '../../schemas/protocol/control.ts';
import { cleanCredentials } from './credential.ts';
import { leafMinter } from './leaf.ts';
import type { LeafFor } from './leaf.ts';
import { upstreamTrust } from './trust.ts';

/** Everything a request is judged and carried with. Immutable: a reload makes another one, a request keeps its own. */
export interface Live {
  readonly slug: string;
  readonly policy: Policy;
  readonly credentials: ReadonlyMap<string, string>;
  /** What must not show in a log. */
  readonly secrets: readonly string[];
  readonly leafFor: LeafFor;
  readonly trust: SecureContext;
}

/** Throws one sentence without values when the configuration cannot work. */
export function liveFrom(config: SidecarConfig): Live {
  const credentials = cleanCredentials(config.credentials);
  return {
    slug: config.slug,
    policy: compilePolicy(config.routes),
    credentials,
    secrets: secretsOf(credentials),
    leafFor: leafMinter(config.ca),
    trust: upstreamTrust(config.extraCaPem),
  };
}

export function withRoutes(live: Live, routes: RoutesFile, values: Readonly<Record<string, string>> | undefined): Live {
  const credentials = values === undefined ? live.credentials : cleanCredentials(values);
  return { ...live, policy: compilePolicy(routes), credentials, secrets: secretsOf(credentials) };
}

/** A value too short to be a secret would blank ordinary words out of the log. */
function secretsOf(credentials: ReadonlyMap<string, string>): string[] {
  return [...credentials.values()].filter((value) => value.length >= 8);
}
