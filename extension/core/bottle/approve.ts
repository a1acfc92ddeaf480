import { BottleError } from '../errors.ts';
import { loadAgent } from '../manifests/load.ts';
import { silentLog } from '../ports.ts';
import { readApproval, writeApproval } from '../trust/approvals.ts';
import { covers } from '../trust/consent.ts';
import { reachSha256 } from '../trust/reach.ts';
import type { BottlesDeps } from './deps.ts';
import type { ResolvedPlan } from './plan.ts';

/** Files the person's yes to exactly the text and the reach that this plan holds. */
export async function approvePlan(deps: BottlesDeps, plan: ResolvedPlan): Promise<void> {
  const { approval } = plan.parts.consent;
  if (approval !== null) await writeApproval(deps.folders.home, { ...approval, approvedAt: new Date(deps.clock.now()).toISOString() });
}

/**
 * Throws `refused` unless what the plan holds was agreed to and the files still say it. A plan carries its own text, so
 * nothing that is written from here on changes what starts.
 */
export async function requireApproval(deps: BottlesDeps, plan: ResolvedPlan): Promise<void> {
  const { approval } = plan.parts.consent;
  if (approval === null) return;
  const { home } = deps.folders;
  if (!covers(await readApproval(home, approval), approval)) {
    throw new BottleError('refused', `Nobody agreed to the agent "${approval.agent}" of this workspace as it is.`, {
      hint: 'Look at it with bot-bottle start --dry-run, then start it and agree.',
    });
  }
  const present = await loadAgent({ home, workspace: approval.workspace, name: approval.agent, log: silentLog });
  const same = present.origin === 'workspace' && present.files[0]?.sha256 === approval.sha256 && reachSha256(present.bottle) === approval.reachSha256;
  if (same) return;
  throw new BottleError('refused', `The agent "${approval.agent}", or what its bottle can reach, was changed after it was shown.`, {
    hint: 'Start it again to see what it says by now.',
  });
}
