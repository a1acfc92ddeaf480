import { readFile } from 'node:fs/promises';
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

async function blockedCount(logFile: string): Promise<number> {
  let text: string;
  try {
    text = await readFile(logFile, 'latin1');
  } catch {
    return 0;
  }
  // Counting the literal is enough: the writer emits keys in schema order and escapes quotes in every value.
  return text.split('"verdict":"block"').length - 1;
}
