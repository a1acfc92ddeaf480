import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import { keptUsageSchema, noUsage, sessionUsageSchema, shownUsage, withSession } from '../../../schemas/protocol/egressUsage.ts';
import type { BottleUsage, KeptUsage, SessionUsage } from '../../../schemas/protocol/egressUsage.ts';
import type { BottleMetadata } from '../../../schemas/protocol/bottle.ts';
import { listSlugs, readMetadata, stateFolder } from '../bottle/stateFolder.ts';
import { writeAtomic } from '../files/atomic.ts';
import { exclusively } from '../files/exclusive.ts';

/** Longest wait for another process that adds a session of the same bottle. */
const TURN_LIMIT_MS = 5_000;

/**
 * How the routes of a bottle manifest were used: over all sessions that are over, plus those that run. A bottle that
 * never ran has no sessions and no routes.
 */
export async function routeUsage(home: string, bottleName: string): Promise<BottleUsage> {
  let usage = await keptUsage(home, bottleName);
  for (const slug of await listSlugs(home)) {
    const metadata = await readMetadata(home, slug);
    if (metadata?.bottle !== bottleName) continue;
    const session = await sessionUsage(stateFolder(home, slug));
    if (session !== undefined) usage = withSession(usage, sessionId(metadata), session);
  }
  return shownUsage(usage);
}

/** Keeps what a bottle did before its state goes. Doing it again for the same bottle changes nothing. */
export async function keepUsage(home: string, metadata: BottleMetadata): Promise<void> {
  const session = await sessionUsage(stateFolder(home, metadata.slug));
  if (session === undefined) return;
  const file = usageFile(home, metadata.bottle);
  await mkdir(join(home, 'usage'), { recursive: true, mode: 0o700 });
  await exclusively(`${file}.lock`, AbortSignal.timeout(TURN_LIMIT_MS), async () => {
    const before = await keptUsage(home, metadata.bottle);
    const after = withSession(before, sessionId(metadata), session);
    if (after !== before) await writeAtomic(file, `${JSON.stringify(after, null, 1)}\n`);
  });
}

/** What a bottle did so far; undefined before its first request, or when the file is damaged. */
export async function sessionUsage(stateDir: string): Promise<SessionUsage | undefined> {
  return readJson(join(stateDir, 'egress', 'usage.json'), sessionUsageSchema);
}

/** A damaged file counts as none: these are counters, nothing depends on them. */
async function keptUsage(home: string, bottleName: string): Promise<KeptUsage> {
  return (await readJson(usageFile(home, bottleName), keptUsageSchema)) ?? noUsage;
}

function usageFile(home: string, bottleName: string): string {
  return join(home, 'usage', `${encodeURIComponent(bottleName)}.json`);
}

/** Slugs come again; one started at the same millisecond does not. */
function sessionId({ slug, startedAt }: BottleMetadata): string {
  return `${slug}@${startedAt}`;
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
