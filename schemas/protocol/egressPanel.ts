import * as z from 'zod';
import { bottleStateSchema } from './bottle.ts';
import { logLineSchema } from './egressLog.ts';

/**
 * What the egress panel and the extension say to each other. The panel asks and shows; it never carries content that
 * would be applied anywhere. Both sides parse with these schemas and drop what does not fit.
 */

/** Every text the panel shows, filled in by the extension in the language of the editor. `{0}` is replaced. */
export const panelWordsSchema = z.object({
  allow: z.string(),
  allowed: z.string(),
  block: z.string(),
  clause: z.string(),
  blocked: z.string(),
  bottle: z.string(),
  bytesDown: z.string(),
  bytesUp: z.string(),
  close: z.string(),
  credential: z.string(),
  credentialInjected: z.string(),
  details: z.string(),
  duration: z.string(),
  everything: z.string(),
  filter: z.string(),
  filterHint: z.string(),
  findings: z.string(),
  found: z.string(),
  follow: z.string(),
  gap: z.string(),
  gapTitle: z.string(),
  host: z.string(),
  incident: z.string(),
  incidentTitle: z.string(),
  method: z.string(),
  missed: z.string(),
  newBlocked: z.string(),
  newIncident: z.string(),
  noBottle: z.string(),
  noLines: z.string(),
  noMatch: z.string(),
  openDocument: z.string(),
  path: z.string(),
  propose: z.string(),
  proposeHint: z.string(),
  request: z.string(),
  requests: z.string(),
  shown: z.string(),
  skipped: z.string(),
  status: z.string(),
  time: z.string(),
  transfer: z.string(),
  verdict: z.string(),
  why: z.string(),
});
export type PanelWords = z.infer<typeof panelWordsSchema>;

/** A bottle the panel can show. */
export const panelBottleSchema = z.object({ slug: z.string(), title: z.string(), state: bottleStateSchema });
export type PanelBottle = z.infer<typeof panelBottleSchema>;

export const toPanelSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('words'), words: panelWordsSchema }),
  z.strictObject({ type: z.literal('bottles'), bottles: z.array(panelBottleSchema), selected: z.string().nullable() }),
  /**
   * Replaces everything the panel knows of lines. `skipped` counts lines of the file that are not valid, `missed` bytes of
   * the log that are not there any more.
   */
  z.strictObject({ type: z.literal('snapshot'), slug: z.string(), lines: z.array(logLineSchema), skipped: z.number().int(), missed: z.number().int() }),
  z.strictObject({ type: z.literal('append'), slug: z.string(), lines: z.array(logLineSchema), skipped: z.number().int(), missed: z.number().int() }),
]);
export type ToPanel = z.infer<typeof toPanelSchema>;

/** `found`: whatever a detector saw something in, and incidents. */
export const panelVerdictSchema = z.enum(['all', 'allow', 'block', 'found']);
export type PanelVerdict = z.infer<typeof panelVerdictSchema>;

/** What narrows the list: a verdict, and words that must all occur in a line, or in one field of it (`host:api`). */
export const panelFilterSchema = z.strictObject({ verdict: panelVerdictSchema, text: z.string().max(500) });
export type PanelFilter = z.infer<typeof panelFilterSchema>;

export const fromPanelSchema = z.discriminatedUnion('type', [
  /** The panel is there and knows nothing yet. */
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('select'), slug: z.string().max(100) }),
  /** Show the change of the manifest that would let this refused request pass; the extension looks the request up itself. */
  z.strictObject({ type: z.literal('propose'), id: z.string().max(100) }),
  /** Open what the filter leaves as plain text in an editor. */
  z.strictObject({ type: z.literal('openDocument'), filter: panelFilterSchema }),
]);
export type FromPanel = z.infer<typeof fromPanelSchema>;

/** A message of the panel, or undefined when it is none. */
export function parseFromPanel(message: unknown): FromPanel | undefined {
  return fromPanelSchema.safeParse(message).data;
}

/** A message to the panel, or undefined when it is none. */
export function parseToPanel(message: unknown): ToPanel | undefined {
  return toPanelSchema.safeParse(message).data;
}
