import { mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for what is downloaded once and used by every clone: `$XDG_CACHE_HOME/bot-bottle`. Created when absent. */
export function cacheFolder(...names) {
  const home = process.env.HOME || homedir() || tmpdir();
  const folder = join(process.env.XDG_CACHE_HOME || join(home, '.cache'), 'bot-bottle', ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}
