import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { readChangeUri } from '../review/changeUri.ts';

/** The slug in whatever a menu hands over: a line of the Bottles view, a source control, a change, a URI of ours. */
export function slugIn(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('slug' in argument && typeof argument.slug === 'string') return argument.slug;
  return changeIn(argument)?.slug;
}

/** A change that a menu means, in the version that the person had before them: the hash of it, null for a deletion. */
export interface MeantChange {
  readonly slug: string;
  readonly path: string;
  readonly hash: string | null;
}

/** The change in what a menu hands over: an entry of the Source Control view or the URI of an open diff. */
export function changeIn(argument: unknown): MeantChange | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('slug' in argument && 'file' in argument && typeof argument.slug === 'string' && isVersion(argument.file)) {
    return { slug: argument.slug, path: argument.file.path, hash: argument.file.hash };
  }
  if ('scheme' in argument && 'path' in argument && 'query' in argument) {
    const { scheme, path, query } = argument;
    if (typeof scheme !== 'string' || typeof path !== 'string' || typeof query !== 'string') return undefined;
    const identity = readChangeUri({ scheme, path, query });
    return identity?.side === 'bottle' ? { slug: identity.slug, path: identity.path, hash: identity.hash } : undefined;
  }
  return undefined;
}

/**
 * Every change a Source Control menu means: the entry it was opened on, all selected ones, or the entries of a group.
 */
export function changesIn(args: readonly unknown[]): readonly MeantChange[] {
  const flat = args.flatMap((argument) => (Array.isArray(argument) ? argument : isGroup(argument) ? argument.resourceStates : [argument]));
  const found = flat.map(changeIn).filter((change) => change !== undefined);
  return found.filter((change, index) => found.findIndex((other) => other.slug === change.slug && other.path === change.path) === index);
}

function isVersion(value: unknown): value is Pick<ChangedFile, 'path' | 'hash'> {
  if (typeof value !== 'object' || value === null || !('path' in value) || !('hash' in value)) return false;
  return typeof value.path === 'string' && (value.hash === null || typeof value.hash === 'string');
}

function isGroup(value: unknown): value is { readonly resourceStates: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'resourceStates' in value && Array.isArray(value.resourceStates);
}
