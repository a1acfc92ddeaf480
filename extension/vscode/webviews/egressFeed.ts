import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import type { ToPanel } from '../../../schemas/protocol/egressPanel.ts';
import type { LogNews } from '../engine.ts';

/** Time in which news are gathered into one message, in milliseconds. */
const batchTime = 100;

/** Where a feed gets its lines and where it sends them. */
export interface FeedPorts {
  follow(slug: string, signal: AbortSignal): AsyncIterable<LogNews>;
  post(message: ToPanel): void;
  failed(thrown: unknown): void;
}

/** Sends one bottle's log to the panel: a snapshot of its end first, then news in batches, until disposed. */
export class EgressFeed {
  readonly slug: string;
  readonly #ports: FeedPorts;
  readonly #capacity: number;
  readonly #abort = new AbortController();
  #waiting: LogLine[] = [];
  #skipped = 0;
  #missed = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(slug: string, capacity: number, ports: FeedPorts) {
    this.slug = slug;
    this.#capacity = capacity;
    this.#ports = ports;
    void this.#run();
  }

  dispose(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    try {
      let first = true;
      for await (const news of this.#ports.follow(this.slug, signal)) {
        if (signal.aborted) return;
        if (first) this.#ports.post({ type: 'snapshot', slug: this.slug, lines: news.lines.slice(-this.#capacity), skipped: news.skipped, missed: news.missed });
        else this.#gather(news);
        first = false;
      }
    } catch (thrown) {
      if (!signal.aborted) this.#ports.failed(thrown);
    }
  }

  #gather(news: LogNews): void {
    this.#waiting.push(...news.lines);
    this.#skipped += news.skipped;
    this.#missed += news.missed;
    this.#timer ??= setTimeout(() => {
      this.#ports.post({ type: 'append', slug: this.slug, lines: this.#waiting.slice(-this.#capacity), skipped: this.#skipped, missed: this.#missed });
      this.#waiting = [];
      this.#skipped = 0;
      this.#missed = 0;
      this.#timer = undefined;
    }, batchTime);
  }
}
