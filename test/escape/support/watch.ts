import { hostProcesses } from './host.ts';

/** Collects every command line that is seen on this host until `stop`, looking again as soon as one look is over. */
export function watchCommandLines(): { stop(): Promise<ReadonlySet<string>> } {
  const seen = new Set<string>();
  const end = new AbortController();
  const watching = (async () => {
    while (!end.signal.aborted) {
      for (const { command } of await hostProcesses()) seen.add(command);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    stop: async () => {
      end.abort();
      await watching;
      return seen;
    },
  };
}
