import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { BottleMetadata, BottleSummary } from '../../../schemas/protocol/bottle.ts';

/** What lists and views show of a bottle. `blocked` counts the refusals in its log. */
export async function summarize(metadata: BottleMetadata, stateDir: string): Promise<BottleSummary> {
  return {
    slug: metadata.slug,
    agent: metadata.agent,
    backend: metadata.backend,
    state: metadata.state,
    startedAt: metadata.startedAt,
    label: metadata.label,
    color: metadata.color,
    workspace: { mode: metadata.workspace.mode, host: metadata.workspace.host, guest: metadata.workspace.guest },
    services: metadata.state === 'running' ? ['egress'] : [],
    pendingProposals: 0,
    blocked: await blockedCount(join(stateDir, 'egress', 'log.jsonl')),
  };
}

/** What the writer puts into the line of a refusal: it escapes quotes in every value, so nobody else can. */
const refusal = '"verdict":"block"';

/** An agent can make the log long: it is read piece by piece, the end of each carried over. */
async function blockedCount(logFile: string): Promise<number> {
  let [count, carried] = [0, ''];
  try {
    for await (const chunk of createReadStream(logFile, { encoding: 'latin1', highWaterMark: 1024 * 1024 })) {
      const text = carried + String(chunk);
      count += text.split(refusal).length - 1;
      carried = text.slice(-(refusal.length - 1));
    }
  } catch {
    // Nothing was logged so far.
  }
  return count;
}
