import type { BottleMetadata, BottleSummary } from '../../../schemas/protocol/bottle.ts';
import { sessionUsage } from '../egress/usage.ts';
import { readIncident } from './incident.ts';

/** What lists and views show of a bottle. `blocked` counts refusals, whether they are logged or not. */
export async function summarize(metadata: BottleMetadata, stateDir: string): Promise<BottleSummary> {
  const incident = await readIncident(stateDir);
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
    blocked: (await sessionUsage(stateDir))?.blocked ?? 0,
    ...(metadata.endedBy === undefined ? {} : { endedBy: metadata.endedBy }),
    ...(incident === undefined ? {} : { incident }),
  };
}
