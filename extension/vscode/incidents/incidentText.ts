import type { BottleSummary } from '../../../schemas/protocol/bottle.ts';
import { bottleTitle } from '../terminal/appearance.ts';
import type { Translate } from '../words.ts';

/** A bottle whose egress an incident closed. */
export type ClosedBottle = BottleSummary & { readonly incident: NonNullable<BottleSummary['incident']> };

/** Those of the bottles whose incident the person does not know of yet. A slug that comes again is another bottle. */
export function untold(bottles: readonly BottleSummary[], told: ReadonlySet<string>): readonly ClosedBottle[] {
  return bottles.filter((bottle): bottle is ClosedBottle => bottle.incident !== undefined && !told.has(incidentKey(bottle)));
}

/** Unique for one incident of one bottle. */
export function incidentKey(bottle: BottleSummary): string {
  return `${bottle.slug} ${bottle.incident?.at ?? ''}`;
}

/** What happened, as far as one sentence says it; the log has the rest. */
export function incidentSentence(bottle: ClosedBottle, t: Translate): string {
  const { canary, host } = bottle.incident;
  return t('{0} tried to send bait that nothing should touch ({1}) to {2}. Nothing leaves this bottle any more.', bottleTitle(bottle), canary, host);
}
