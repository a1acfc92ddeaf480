import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An engine's socket whose answers are the test's: for what no real engine does on demand. */
export interface AnsweringEngine {
  readonly path: string;
  close(): Promise<void>;
}

/** Listens in a folder of its own. `close` also breaks off requests that got no answer. */
export async function engineThat(answers: RequestListener): Promise<AnsweringEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'bot-bottle-engine-'));
  const server = createServer(answers);
  const path = join(folder, 's');
  server.listen(path);
  await once(server, 'listening');
  return {
    path,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await rm(folder, { recursive: true });
    },
  };
}
