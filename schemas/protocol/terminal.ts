import * as z from 'zod';

/**
 * The bottle's own socket (bubblewrap): one WebSocket for each attached terminal, command or question. The client's
 * first text frame says what the connection is for. Binary frames carry bytes: raw for a terminal, behind one
 * `execChannel` byte for a command.
 */

const sizeSchema = z.strictObject({ cols: z.number().int().min(1).max(10_000), rows: z.number().int().min(1).max(10_000) });

/** First byte of each binary frame of a command. */
export const execChannel = { stdin: 0, stdout: 1, stderr: 2 } as const;

export const terminalOpeningSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('attach'), size: sizeSchema }),
  z.strictObject({ type: z.literal('exec'), argv: z.array(z.string()).min(1), tty: sizeSchema.optional() }),
  /** Names in folders of the merged workspace, workspace-relative. */
  z.strictObject({ type: z.literal('names'), folders: z.array(z.string()) }),
  /** Nothing but the news of the agent's end. */
  z.strictObject({ type: z.literal('watch') }),
]);
export type TerminalOpening = z.infer<typeof terminalOpeningSchema>;

export const terminalRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('resize'), size: sizeSchema }),
  z.strictObject({ type: z.literal('stdinEnd') }),
]);
export type TerminalRequest = z.infer<typeof terminalRequestSchema>;

export const terminalNewsSchema = z.discriminatedUnion('type', [
  /** The connection does what its opening asked for. */
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('names'), names: z.array(z.tuple([z.string(), z.array(z.string())])) }),
  /** The agent or the command ended, everything it said has been sent; 128 + n after a signal. */
  z.strictObject({ type: z.literal('exited'), code: z.number().int() }),
  z.strictObject({ type: z.literal('error'), message: z.string() }),
]);
export type TerminalNews = z.infer<typeof terminalNewsSchema>;

/** Longest frame either side sends or takes, in bytes. */
export const largestTerminalFrame = 4 * 1024 * 1024;
