import type { ChangeSide } from '../../core/bottle/bottles.ts';
import { schemes } from '../ids.ts';

/** What a read-only document shows: one side of one file of one bottle. */
export interface ChangeIdentity {
  readonly slug: string;
  /** Workspace-relative. */
  readonly path: string;
  /** Hash of the bottle's version that the person was shown, as the change set has it; null for a deletion and for the other sides. */
  readonly hash: string | null;
}

/** The parts of an editor URI that carry an identity. */
export interface ChangeUriParts {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
}

const schemeOfSide = { base: schemes.base, bottle: schemes.change, host: schemes.host } as const satisfies Record<ChangeSide, string>;

/** Parts of the URI of one side. The path is the file's own, the same on every side, so that no rename is inferred. */
export function changeUriParts(side: ChangeSide, identity: ChangeIdentity): ChangeUriParts {
  return { scheme: schemeOfSide[side], path: `/${identity.path}`, query: JSON.stringify(identity) };
}

/** The identity in a URI of ours, or undefined when it is none. A URI may come from anywhere, so every field is checked. */
export function readChangeUri(uri: ChangeUriParts): (ChangeIdentity & { readonly side: ChangeSide }) | undefined {
  const side = (Object.keys(schemeOfSide) as ChangeSide[]).find((one) => schemeOfSide[one] === uri.scheme);
  if (side === undefined) return undefined;
  const value = parsed(uri.query);
  if (typeof value !== 'object' || value === null || !('slug' in value) || !('path' in value) || !('hash' in value)) return undefined;
  const { slug, path, hash } = value;
  if (typeof slug !== 'string' || !/^[a-z0-9-]{1,64}$/.test(slug)) return undefined;
  if (typeof path !== 'string' || `/${path}` !== uri.path) return undefined;
  if (hash !== null && !(typeof hash === 'string' && /^(?:link:|exec:)?[0-9a-f]{64}$/.test(hash))) return undefined;
  return { side, slug, path, hash };
}

function parsed(query: string): unknown {
  try {
    return JSON.parse(query);
  } catch {
    return undefined;
  }
}
