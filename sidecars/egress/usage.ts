import { renameSync, writeFileSync } from 'node:fs';
import { noCount, routeKey } from '../../schemas/protocol/egressUsage.ts';
import type { RouteCount, SessionUsage } from '../../schemas/protocol/egressUsage.ts';
import type { Policy } from '../../schemas/policy/policy.ts';

/** What one decision adds. */
export interface Used {
  readonly allowed: boolean;
  /** `host` of the route; undefined when no route names the place. */
  readonly route: string | undefined;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly at: string;
}

/** Counts reach the file at once, then at most this often. Milliseconds. */
const PAUSE_MS = 250;

/**
 * Counts what goes over each route, whatever the log level is, in a file that the host reads. Counting never stands in
 * anybody's way: a file that cannot be written is tried again with the next count.
 */
export class UsageFile {
  readonly #path: string;
  readonly #routes = new Map<string, RouteCount>();
  readonly #changed = new Set<() => void>();
  #allowed = 0;
  #blocked = 0;
  #pause: NodeJS.Timeout | undefined;
  #stale = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** So far. */
  get counts(): SessionUsage {
    return { version: 1, allowed: this.#allowed, blocked: this.#blocked, routes: Object.fromEntries(this.#routes) };
  }

  /** A route counts as unused from the moment it is there; one that only denies is in use as long as nothing passes. */
  watch(policy: Policy): void {
    for (const { route, deniesAll } of policy.routes) {
      if (deniesAll) continue;
      const key = routeKey(route.host);
      if (!this.#routes.has(key)) this.#routes.set(key, noCount);
    }
    this.#soon();
  }

  add(used: Used): void {
    if (used.allowed) this.#allowed++;
    else this.#blocked++;
    if (used.route !== undefined) {
      const key = routeKey(used.route);
      const { hits, blocked, bytesUp, bytesDown, lastUse } = this.#routes.get(key) ?? noCount;
      this.#routes.set(key, {
        hits: hits + Number(used.allowed),
        blocked: blocked + Number(!used.allowed),
        bytesUp: bytesUp + used.bytesUp,
        bytesDown: bytesDown + used.bytesDown,
        lastUse: used.allowed ? used.at : lastUse,
      });
    }
    this.#soon();
  }

  /** Calls `listener` whenever the file is written. */
  listen(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => void this.#changed.delete(listener);
  }

  /** Writes what is not in the file yet. */
  close(): void {
    clearTimeout(this.#pause);
    if (this.#stale) this.#write();
  }

  #soon(): void {
    this.#stale = true;
    if (this.#pause !== undefined) return;
    this.#write();
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.#stale) this.#soon();
    }, PAUSE_MS);
    this.#pause.unref();
  }

  #write(): void {
    try {
      const temporary = `${this.#path}.next`;
      writeFileSync(temporary, JSON.stringify(this.counts), { mode: 0o600 });
      renameSync(temporary, this.#path);
      this.#stale = false;
    } catch {
      // The disk is full or the folder is gone.
    }
    for (const listener of this.#changed) listener();
  }
}
