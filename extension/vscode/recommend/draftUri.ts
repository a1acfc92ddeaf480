import { Uri } from 'vscode';
import { schemes } from '../ids.ts';

/** The two sides of a bottle under review. */
export type Side = 'yours' | 'proposed';

/** What a document of a review shows. */
export interface DraftPlace {
  readonly side: Side;
  readonly name: string;
}

/** Address of one side of a bottle under review. */
export function draftUri(side: Side, name: string): Uri {
  return Uri.from({ scheme: schemes.draft, path: `/${side}/${name}.md` });
}

/** The side and bottle of an address of ours. Nothing but names of bottles: what comes from outside becomes part of a path. */
export function draftOf(uri: Uri): DraftPlace | undefined {
  if (uri.scheme !== schemes.draft) return undefined;
  const [, side, name] = /^\/(yours|proposed)\/([a-z][a-z0-9-]*)\.md$/.exec(uri.path) ?? [];
  return (side === 'yours' || side === 'proposed') && name !== undefined ? { side, name } : undefined;
}
