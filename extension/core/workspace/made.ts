import { lchownSync, rmdirSync } from 'node:fs';
import type { Folder } from './folder.ts';

/**
 * Runs `use` in the folder these names lead to, made where it is missing and owned like the one around it. What was made
 * goes again when `use` gives a reason or throws. A link on the way is never followed.
 */
export async function inMadeFolder(root: Folder, names: readonly string[], use: (folder: Folder) => Promise<string | null>): Promise<string | null> {
  const [name, ...rest] = names;
  if (name === undefined) return use(root);
  const made = root.make(name);
  if (made === undefined) return `Something else than a folder stands at ${name}; take that change first.`;
  let reason: string | null = 'It could not be written.';
  try {
    if (made.created && process.getuid?.() === 0) {
      const { uid, gid } = root.owner();
      lchownSync(root.at(name), uid, gid);
    }
    reason = await inMadeFolder(made.folder, rest, use);
    return reason;
  } finally {
    made.folder.close();
    if (made.created && reason !== null) rmdirSync(root.at(name));
  }
}
