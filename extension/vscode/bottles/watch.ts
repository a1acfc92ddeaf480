import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Time from the first change on disk until somebody is told, in milliseconds: a busy log must not cost a listing a line. */
const gatherTime = 400;

/**
 * Watches the state folder of a home: bottles that come and go, their records and the growth of their egress logs.
 * Never recursive, because a bottle's scratch folder holds a whole workspace.
 */
export class StateWatcher {
  readonly #changed: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #root = '';
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Watches this home and no other. Returns the slugs with a state folder; costs one directory read. */
  async start(home: string): Promise<readonly string[]> {
    this.#root = join(home, 'state');
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    this.#watch(this.#root);
    return this.#followFolders();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #followFolders(): Promise<readonly string[]> {
    const entries = await readdir(this.#root, { withFileTypes: true });
    const slugs = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    const wanted = new Set([this.#root, ...slugs.flatMap((slug) => [join(this.#root, slug), join(this.#root, slug, 'egress')])]);
    for (const folder of wanted) this.#watch(folder);
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    return slugs;
  }

  #watch(folder: string): void {
    if (this.#disposed || this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, () => this.#soon());
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
    } catch {
      // The folder went away, or is not there yet: the next change above it looks again.
    }
  }

  #soon(): void {
    if (this.#timer !== undefined || this.#disposed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#followFolders().then(this.#changed, this.#changed);
    }, gatherTime);
  }
}
