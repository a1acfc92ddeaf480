import { join } from 'node:path';
import type { BottleMetadata } from '../../../schemas/protocol/bottle.ts';
import type { RunningBottle } from '../backends/backend.ts';
import { keepUsage } from '../egress/usage.ts';
import { clientMatrix } from '../clients/matrix.ts';
import { readGoodRoutes } from '../egress/routesAtHand.ts';
import { BottleError } from '../errors.ts';
import type { Progress } from '../ports.ts';
import { listAgents } from '../manifests/index.ts';
import { adoptBottle } from '../trust/adopt.ts';
import { reachOfText, recommendationsOf } from '../trust/recommendations.ts';
import type { Bottles, StartPlan } from './bottles.ts';
import { applyBottleChanges, bottleChanges, discardBottleChanges, readBottleChange, readBottleChangeEntry } from './changes.ts';
import type { BottlesDeps } from './deps.ts';
import { doctor } from './doctor.ts';
import { presentRecord, whileNobodyEnds } from './ending.ts';
import { ResolvedPlan, makePlan } from './plan.ts';
import { finish, settle, settleAll } from './settle.ts';
import { startBottle } from './start.ts';
import { startIsUnderWay } from './startUnderWay.ts';
import { approvePlan, requireApproval } from './approve.ts';
import { listSlugs, readMetadata, removeState, stateFolder } from './stateFolder.ts';
import { summarize } from './summary.ts';
import { sweep } from './sweep.ts';

/** The bottle service over the given backends and providers. Holds no state of its own: the state folders are it. */
export function createBottles(deps: BottlesDeps): Bottles {
  const { home } = deps.folders;

  async function metadata(slug: string): Promise<BottleMetadata> {
    const found = await readMetadata(home, slug);
    if (found === undefined) throw gone(slug);
    return found;
  }

  /** Work on a bottle. What fails because somebody else removed the bottle under it fails as `not-found`. */
  async function ofBottle<T>(slug: string, work: (of: BottleMetadata) => Promise<T>): Promise<T> {
    const of = await metadata(slug);
    try {
      return await work(of);
    } catch (thrown) {
      throw (await presentRecord(home, of)) === undefined ? gone(slug, thrown) : thrown;
    }
  }

  async function running(slug: string): Promise<RunningBottle> {
    const bottle = await adopted(await metadata(slug));
    if (bottle === undefined) throw new BottleError('not-found', `The bottle "${slug}" does not run.`, { hint: 'bot-bottle list active shows what runs.' });
    return bottle;
  }

  async function adopted(of: BottleMetadata): Promise<RunningBottle | undefined> {
    if (of.state === 'exited') return undefined;
    return deps.backends.get(of.backend)?.adopt(of, AbortSignal.timeout(10_000));
  }

  /** The bottle, if it runs, with its workspace brought to where it is looked at. */
  async function withItsWorkspace(of: BottleMetadata): Promise<RunningBottle | undefined> {
    const bottle = await adopted(of);
    await bottle?.pullWorkspace(AbortSignal.timeout(600_000));
    return bottle;
  }

  async function start(plan: ResolvedPlan, progress: Progress, signal: AbortSignal): Promise<RunningBottle> {
    await requireApproval(deps, plan);
    return startBottle(deps, plan, progress, signal);
  }

  return {
    agents: (workspace) => listAgents(home, workspace, deps.log),
    recommendations: (workspace) => recommendationsOf(home, workspace),
    reachOfText: (name, text) => reachOfText(home, name, text),
    adopt: (adoption) => adoptBottle(home, adoption),
    plan: (request, signal) => unlessCancelled(signal, makePlan(deps, request, signal)),
    approve: (plan) => approvePlan(deps, own(plan)),
    start: (plan, progress, signal) => unlessCancelled(signal, start(own(plan), progress, signal)),
    list: async () => {
      const known = await settleAll(deps, await listSlugs(home));
      const summaries = await Promise.all(known.map((one) => summarize(one, stateFolder(home, one.slug))));
      return summaries.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    },
    metadata,
    settled: async (slug) => {
      const of = await readMetadata(home, slug);
      if (of === undefined || startIsUnderWay(of)) return of;
      const now = await whileNobodyEnds(home, of, async (record) => record);
      return now === undefined ? undefined : settle(deps, now, false);
    },
    running,
    changes: (slug) =>
      ofBottle(slug, async (of) => {
        const bottle = await withItsWorkspace(of);
        return bottleChanges(of, bottle === undefined ? undefined : (folders) => bottle.mergedNames(folders));
      }),
    readChange: (slug, path, side) => ofBottle(slug, (of) => readBottleChange(of, path, side)),
    readChangeEntry: (slug, path, side) => ofBottle(slug, (of) => readBottleChangeEntry(of, path, side)),
    apply: (slug, request) =>
      ofBottle(slug, async (of) => {
        const bottle = await withItsWorkspace(of);
        return applyBottleChanges(of, request, bottle === undefined ? undefined : (folders) => bottle.mergedNames(folders));
      }),
    discard: (slug, paths) => ofBottle(slug, async (of) => discardBottleChanges(of, paths, await withItsWorkspace(of))),
    logFile: (slug) => join(stateFolder(home, slug), 'egress', 'log.jsonl'),
    stop: async (slug, options) => {
      const of = await metadata(slug);
      if (startIsUnderWay(of)) throw new BottleError('busy', `The bottle "${slug}" is still being started.`, { hint: 'Cancel the start where it was begun, or stop it once it runs.' });
      const bottle = await adopted(of);
      if (options.discardChanges === true) {
        await whileNobodyEnds(home, of, async (now) => {
          if (now === undefined) return;
          await bottle?.stop();
          await keepUsage(home, of);
          await removeState(home, slug, of.scratch);
        });
        return;
      }
      await finish(deps, of, bottle, null, options.keep === true);
    },
    sweep: () => sweep(deps),
    doctor: (request) => doctor(deps, request),
    doctorClients: async (slug) => {
      const bottle = await running(slug);
      const { file } = await readGoodRoutes(join(stateFolder(home, slug), 'egress', 'routes.yaml'));
      return clientMatrix(bottle, file);
    },
  };
}

function gone(slug: string, cause?: unknown): BottleError {
  return new BottleError('not-found', `There is no bottle "${slug}".`, { hint: 'bot-bottle list active shows them.', cause });
}

/** What fails once somebody broke it off has failed for no other reason, whatever the error says. */
async function unlessCancelled<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return work.catch((thrown: unknown) => {
    throw signal.aborted ? new BottleError('cancelled', 'The start was cancelled; nothing is left of it.', { cause: thrown }) : thrown;
  });
}

function own(plan: StartPlan): ResolvedPlan {
  if (plan instanceof ResolvedPlan) return plan;
  throw new BottleError('internal', 'Only a plan that this service made can be started.');
}
