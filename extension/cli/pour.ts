import type { Readable, Writable } from 'node:stream';

/** Resolves when the stream takes more, or never will. */
export function drained(to: Writable): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'close', 'error'] as const;
    const done = (): void => {
      for (const event of events) to.off(event, done);
      resolve();
    };
    for (const event of events) to.on(event, done);
  });
}

/**
 * Copies filtered chunks at the pace of the slower side until the source ends or `over()` says so. A source that is torn
 * down because it is over is no error.
 */
export async function pour(from: Readable, to: Writable, filter: (chunk: Uint8Array) => Uint8Array, over: () => boolean): Promise<void> {
  try {
    for await (const chunk of from) {
      if (over()) return;
      const bytes = filter(chunk);
      if (bytes.length > 0 && !to.write(bytes)) await drained(to);
    }
  } catch (cause) {
    if (!over()) throw cause;
  }
}
