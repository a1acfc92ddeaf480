import * as z from 'zod';

/** What a detector saw: never the value, only who found it and where. */
export const findingSchema = z.object({ detector: z.string(), rule: z.string(), where: z.string() });
export type Finding = z.infer<typeof findingSchema>;

/**
 * Lines that stand for more than one verdict: `gap`, lines before this one could not be written (their number is in
 * `reason`); `incident`, a canary was seen and nothing passes any more.
 */
export const logEvents = ['gap', 'incident'] as const;
export type LogEvent = (typeof logEvents)[number];

/**
 * One decision of the egress proxy, one line of `egress/log.jsonl`. Text fields are scrubbed by the writer: no query
 * values, no control characters, no credential. The order of the keys is the order in the file.
 */
export const logLineSchema = z.object({
  /** RFC 3339, UTC, milliseconds. */
  ts: z.string(),
  /** Unique in one bottle. */
  id: z.string(),
  slug: z.string(),
  verdict: z.enum(['allow', 'block']),
  method: z.string(),
  host: z.string(),
  port: z.number().int(),
  path: z.string(),
  /** One sentence: which clause decided, and why. */
  reason: z.string(),
  /** HTTP status the agent got; 0 when the connection was closed instead. */
  status: z.number().int(),
  bytesUp: z.number().int(),
  bytesDown: z.number().int(),
  /** Milliseconds from request head to last byte. */
  ms: z.number(),
  /** Whether a credential was put in. */
  injected: z.boolean(),
  findings: z.array(findingSchema),
  /** Key in the routes file, or the name of the fixed rule, that decided. */
  clause: z.string().optional(),
  event: z.enum(logEvents).optional(),
});
export type LogLine = z.infer<typeof logLineSchema>;
