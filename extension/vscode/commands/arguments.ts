import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { readChangeUri } from '../review/changeUri.ts';

/** The slug in whatever a menu hands over: a line of the Bottles view, a source control, a change, a URI of ours. */
export function slugIn(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('slug' in argument && typeof argument.slug === 'string') return argument.slug;
  return changeIn(argument)?.slug;
}

/** The change in what a menu hands over: an entry of the Source Control view or the URI of an open diff. */
export function changeIn(argument: unknown): { readonly slug: string; readonly path: string } | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('slug' in argument && 'file' in argument && typeof argument.slug === 'string' && hasPath(argument.file)) return { slug: argument.slug, path: argument.file.path };
  if ('scheme' in argument && 'path' in argument && 'query' in argument) {
    const { scheme, path, query } = argument;
    if (typeof scheme === 'string' && typeof path === 'string' && typeof query === 'string') return readChangeUri({ scheme, path, query });
  }
  return undefined;
}

/**
 * Every change a Source Control menu means: the entry it was opened on, all selected ones, or the entries of a group.
 */
export function changesIn(args: readonly unknown[]): readonly { readonly slug: string; readonly path: string }[] {
  const flat = args.flatMap((argument) => (Array.isArray(argument) ? argument : isGroup(argument) ? argument.resourceStates : [argument]));
  const found = flat.map(changeIn).filter((change) => change !== undefined);
  return found.filter((change, index) => found.findIndex((other) => other.slug === change.slug && other.path === change.path) === index);
}

function hasPath(value: unknown): value is Pick<ChangedFile, 'path'> {
  return typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string';
}

function isGroup(value: unknown): value is { readonly resourceStates: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'resourceStates' in value && Array.isArray(value.resourceStates);
}
