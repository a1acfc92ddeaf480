import { createHash } from 'node:crypto';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../backends/backend.ts';

/** Where we may keep things, given who we are. All absolute. */
export interface Folders {
  /** `$BOT_BOTTLE_HOME`. */
  readonly home: string;
  /** Programs of providers, shared by all homes of this user. */
  readonly tools: string;
  /** Folder of one bottle's scratch data, outside any folder that only root can enter. */
  scratch(slug: string): string;
}

/**
 * An ordinary user keeps everything under their own home. When root runs us the agent has another uid, which cannot
 * walk through root's 0700 folders, so scratch and tools go where everybody may walk.
 */
export function foldersOf(home: string, self: Owner, env: Readonly<Record<string, string | undefined>>): Folders {
  const user = env['HOME'] ?? '/';
  if (self.uid !== 0) {
    return {
      home,
      tools: join(env['XDG_CACHE_HOME'] ?? join(user, '.cache'), 'bot-bottle', 'tools'),
      scratch: (slug) => join(home, 'state', slug, 'scratch'),
    };
  }
  const mark = createHash('sha256').update(home).digest('hex').slice(0, 12);
  return { home, tools: '/var/cache/bot-bottle/tools', scratch: (slug) => join('/var/lib/bot-bottle', mark, slug) };
}

/**
 * Creates a bottle's scratch folder. When root runs us it stays root's, and the owner only walks through to what is made
 * theirs in it: root writes there by path, and whoever can put a link into the folder would choose where.
 */
export async function createScratch(folders: Folders, slug: string, owner: Owner, self: Owner): Promise<string> {
  const folder = folders.scratch(slug);
  await mkdir(join(folder, '..'), { recursive: true, mode: 0o711 });
  await mkdir(folder, { mode: 0o700 });
  if (self.uid === 0) {
    await chown(folder, 0, owner.gid);
    await chmod(folder, 0o710);
  }
  return folder;
}
