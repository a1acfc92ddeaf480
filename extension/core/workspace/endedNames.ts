import type { RunningBottle } from '../backends/backend.ts';
import { Folder, inFolder } from './folder.ts';

/**
 * What the folders of an overlay show after its bottle ended, from a record of those that both sides had then. In a
 * folder that the host got later, also by an apply, the agent can have deleted nothing: it shows what both sides have.
 */
export function endedNames({ upper, lower }: { readonly upper: string; readonly lower: string }, record: ReadonlyMap<string, readonly string[]>): RunningBottle['mergedNames'] {
  return async (folders) => {
    const roots = [Folder.open(upper), Folder.open(lower)];
    try {
      const both = (path: string): string[] => roots.flatMap((root) => inFolder(root, path.split('/'), namesOf) ?? []);
      return new Map(folders.map((path) => [path, record.get(path) ?? both(path)]));
    } finally {
      for (const root of roots) root.close();
    }
  };
}

const namesOf = (folder: Folder): string[] => folder.names().flatMap(({ name }) => name ?? []);
