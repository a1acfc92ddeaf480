import * as z from 'zod';

/**
 * A canary was on its way out: something in the bottle took what it had no reason to touch. From then on the bottle's
 * egress is closed for good. Names and places only, never a value.
 */
export const incidentSchema = z.object({
  /** RFC 3339, UTC. */
  at: z.string(),
  /** Which canary, in words: `the variable BACKUP_STORE_TOKEN`. */
  canary: z.string(),
  /** Where it was going. */
  host: z.string(),
  port: z.number().int(),
  method: z.string(),
  /** Place in the request, as in a finding: `header x-note`, `body`. */
  where: z.string(),
});
export type Incident = z.infer<typeof incidentSchema>;
