import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { endReasonSchema, type BottleMetadata } from '../../../schemas/protocol/bottle.ts';
import type { RunningBottle } from '../backends/backend.ts';
import { BottleError, toBottleError } from '../errors.ts';
import { keepUsage } from '../egress/usage.ts';
import { writeAtomic } from '../files/atomic.ts';
import { bottleChanges, mergedFile } from './changes.ts';
import type { BottlesDeps } from './deps.ts';
import { presentRecord, whileNobodyEnds } from './ending.ts';
import { readMetadata, removeState, stateFolder, writeMetadata } from './stateFolder.ts';

const exitSchema = z.object({ code: z.number().int(), endedBy: endReasonSchema.optional() });

/**
 * Brings the record of a bottle in line with the truth. A running one stays; one whose agent ended is taken down, and
 * kept as `exited` only while it holds changes that nobody reviewed (or `keep` asks for it).
 */
export async function settle(deps: BottlesDeps, metadata: BottleMetadata, keep: boolean): Promise<BottleMetadata | undefined> {
  if (metadata.state === 'exited') return metadata;
  const backend = deps.backends.get(metadata.backend);
  const bottle = await backend?.adopt(metadata, AbortSignal.timeout(10_000));
  if (bottle === undefined) return finish(deps, metadata, undefined, null, keep);
  if (bottle.ended === undefined) return metadata;
  return finish(deps, metadata, bottle, bottle.ended, keep);
}

/**
 * Takes a bottle down for good, after its changes were brought home. Whoever comes second finds it done: gone, or ended
 * as the first one left it.
 */
export async function finish(
  deps: BottlesDeps,
  metadata: BottleMetadata,
  bottle: RunningBottle | undefined,
  exitCode: number | null,
  keep: boolean,
): Promise<BottleMetadata | undefined> {
  return whileNobodyEnds(deps.folders.home, metadata, async (now) => {
    if (now === undefined || (now.state === 'exited' && metadata.state !== 'exited')) return now;
    return takeDown(deps, now, bottle, exitCode, keep);
  });
}

async function takeDown(
  deps: BottlesDeps,
  metadata: BottleMetadata,
  bottle: RunningBottle | undefined,
  exitCode: number | null,
  keep: boolean,
): Promise<BottleMetadata | undefined> {
  const { home } = deps.folders;
  if (bottle !== undefined) await bringHome(deps, metadata, bottle);
  await bottle?.stop();
  await keepUsage(home, metadata).catch((cause: unknown) => deps.log.warn(`How the routes of "${metadata.bottle}" were used is not kept: ${toBottleError(cause).message}`));
  const record = await recordedExit(stateFolder(home, metadata.slug));
  const ended: BottleMetadata = { ...metadata, state: 'exited', exitCode: exitCode ?? record?.code ?? metadata.exitCode, ...(record?.endedBy === undefined ? {} : { endedBy: record.endedBy }), handle: {} };
  await writeMetadata(home, ended);
  if (keep) return ended;
  const changes = await bottleChanges(ended, undefined);
  if (changes.files.length > 0) return ended;
  await removeState(home, metadata.slug, metadata.scratch);
  return undefined;
}

/**
 * Pulls a remote copy back and remembers which names each folder of an overlay really has. Throws when the copy could not
 * be pulled: the engine then holds the only one, and the bottle has to stay. An overlay is here anyway.
 */
async function bringHome(deps: BottlesDeps, metadata: BottleMetadata, bottle: RunningBottle): Promise<void> {
  const { slug } = metadata;
  try {
    await bottle.pullWorkspace(AbortSignal.timeout(600_000));
  } catch (cause) {
    const { code, message } = toBottleError(cause);
    // What is refused stays as it is until somebody mends it.
    const first = code === 'refused' ? 'Mend that in the bottle and try again' : 'Try again later';
    throw new BottleError('backend-failed', `The changes of "${slug}" could not be brought back, so the bottle stays: ${message}`, {
      hint: `${first}; bot-bottle stop ${slug} --discard-changes gives them up.`,
      cause,
    });
  }
  if (metadata.workspace.mode === 'copy') return;
  try {
    const seen: Record<string, readonly string[]> = {};
    await bottleChanges(metadata, async (folders) => {
      const names = await bottle.mergedNames(folders);
      if (folders.some((folder) => !names.has(folder))) throw new BottleError('backend-failed', 'The agent locked a folder, so its names are not known.');
      for (const [folder, list] of names) seen[folder] = list;
      return names;
    });
    await writeAtomic(mergedFile(metadata.scratch), JSON.stringify(seen));
  } catch (cause) {
    deps.log.debug(`Marks in the layer of ${slug} will be read instead of its folders: ${toBottleError(cause).message}`);
  }
}

/** How the agent ended by the backend's own record, if it keeps one. */
async function recordedExit(stateDir: string): Promise<z.infer<typeof exitSchema> | undefined> {
  try {
    return exitSchema.safeParse(JSON.parse(await readFile(join(stateDir, 'exit.json'), 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Every bottle of this home as it is, ended ones settled. Starts in progress are left alone. */
export async function settleAll(deps: BottlesDeps, slugs: readonly string[]): Promise<BottleMetadata[]> {
  const all = await Promise.all(
    slugs.map(async (slug) => {
      const metadata = await readMetadata(deps.folders.home, slug);
      if (metadata === undefined || metadata.state === 'starting') return metadata;
      return settle(deps, metadata, false).catch(async (cause: unknown) => {
        // Somebody else ended it while we looked: that is no fault.
        const now = await presentRecord(deps.folders.home, metadata);
        if (now === undefined || now.state === 'exited') return now;
        deps.log.warn(`${slug} could not be looked at: ${toBottleError(cause).message}`);
        return metadata;
      });
    }),
  );
  return all.filter((one) => one !== undefined);
}
