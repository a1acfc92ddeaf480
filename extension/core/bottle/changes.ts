import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { BottleMetadata } from '../../../schemas/protocol/bottle.ts';
import type { ChangeSet } from '../../../schemas/protocol/changeSet.ts';
import type { RunningBottle } from '../backends/backend.ts';
import { applyChanges } from '../workspace/apply.ts';
import { readChanges } from '../workspace/changeSet.ts';
import { readChangeEntry, readChangeSide, type ChangeEntry } from '../workspace/content.ts';
import { discardRunning, discardStopped } from '../workspace/discard.ts';
import { endedNames } from '../workspace/endedNames.ts';
import { type Review, workspaceIn } from '../workspace/review.ts';
import type { ApplyRequest, ApplyResult, ChangeSide } from './bottles.ts';

type MergedNames = RunningBottle['mergedNames'];

const mergedSchema = z.record(z.string(), z.array(z.string()));

/** Where the names in an ended overlay's folders are kept, by folder. Written by us, outside the agent's reach. */
export function mergedFile(scratch: string): string {
  return join(scratch, 'merged.json');
}

/** What the agent changed. `mergedNames` comes from the running bottle; without one the record of its end is used. */
export async function bottleChanges(metadata: BottleMetadata, mergedNames: MergedNames | undefined): Promise<ChangeSet> {
  return readChanges(await reviewOf(metadata, mergedNames));
}

export async function applyBottleChanges(metadata: BottleMetadata, request: ApplyRequest, mergedNames: MergedNames | undefined): Promise<ApplyResult> {
  return applyChanges(await reviewOf(metadata, mergedNames), request);
}

export async function readBottleChange(metadata: BottleMetadata, path: string, side: ChangeSide): Promise<Uint8Array | undefined> {
  return readChangeSide({ workspace: workspaceOf(metadata), scratchDir: metadata.scratch }, path, side);
}

export async function readBottleChangeEntry(metadata: BottleMetadata, path: string, side: ChangeSide): Promise<ChangeEntry> {
  return readChangeEntry({ workspace: workspaceOf(metadata), scratchDir: metadata.scratch }, path, side);
}

/** Throws the bottle's version of these paths away, inside the bottle while it runs. */
export async function discardBottleChanges(metadata: BottleMetadata, paths: readonly string[], bottle: RunningBottle | undefined): Promise<void> {
  if (bottle === undefined) await discardStopped(await reviewOf(metadata, undefined), paths);
  else await discardRunning(await reviewOf(metadata, (folders) => bottle.mergedNames(folders)), paths, metadata.workspace.guest, bottle);
}

async function reviewOf(metadata: BottleMetadata, mergedNames: MergedNames | undefined): Promise<Review> {
  const workspace = workspaceOf(metadata);
  return {
    slug: metadata.slug,
    workspace,
    scratchDir: metadata.scratch,
    hidden: metadata.workspace.hidden,
    mergedNames: mergedNames ?? (await recordedNames(metadata.scratch, workspace)),
    signal: AbortSignal.timeout(600_000),
  };
}

function workspaceOf(metadata: BottleMetadata): Review['workspace'] {
  return workspaceIn(metadata.scratch, metadata.workspace.mode, metadata.workspace.host);
}

async function recordedNames(scratch: string, workspace: Review['workspace']): Promise<MergedNames | null> {
  if (workspace.mode === 'copy') return null;
  let text: string;
  try {
    text = await readFile(mergedFile(scratch), 'utf8');
  } catch {
    return null;
  }
  const parsed = mergedSchema.safeParse(JSON.parse(text));
  return parsed.success ? endedNames(workspace, new Map(Object.entries(parsed.data))) : null;
}
