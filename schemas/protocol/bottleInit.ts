import * as z from 'zod';
import { endReasonSchema } from './bottle.ts';

/**
 * What the bubblewrap backend tells `sidecars/init`, the first program inside the outer namespace, on its standard
 * input: one line of JSON. Paths are those of the outer namespace unless said otherwise. No secret is in here.
 */
export const initConfigSchema = z.strictObject({
  slug: z.string().min(1),
  /** Program, arguments and whole environment of the agent. */
  argv: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()),
  /** The agent's uid and gid as seen inside and outside. */
  uid: z.number().int().positive(),
  gid: z.number().int().positive(),
  /** Guest paths. */
  guestHome: z.string().startsWith('/'),
  guestWorkspace: z.string().startsWith('/'),
  files: z.array(z.strictObject({ path: z.string().startsWith('/'), mode: z.number().int(), base64: z.string() })),
  caCertPem: z.string(),
  workspace: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('overlay'), lower: z.string(), upper: z.string(), work: z.string() }),
    z.strictObject({ mode: z.literal('copy'), dir: z.string() }),
  ]),
  /** Workspace-relative files to mask. */
  hidden: z.array(z.string()),
  mounts: z.array(z.strictObject({ from: z.string(), guest: z.string().startsWith('/') })),
  limits: z.strictObject({
    pids: z.number().int().positive(),
    /** Per process; absent where a control group bounds the whole bottle. Bytes. */
    processMemoryBytes: z.number().int().positive().optional(),
    tmpBytes: z.number().int().positive(),
    fileBytes: z.number().int().positive(),
    /** From the agent's start to its end, and without a byte of its terminal either way. Milliseconds. */
    sessionMs: z.number().int().positive().optional(),
    idleMs: z.number().int().positive().optional(),
    /** What the agent may add to its workspace. Bytes. */
    diskBytes: z.number().int().positive().optional(),
  }),
  size: z.strictObject({ cols: z.number().int().positive(), rows: z.number().int().positive() }),
  /** Loopback ports of the bottle and the sidecar sockets behind them. */
  ports: z.array(z.strictObject({ port: z.number().int().positive(), socketPath: z.string() })),
  /** The filter that every process of the agent runs under: `struct sock_filter[]`. */
  seccompBase64: z.string().min(1),
});
export type InitConfig = z.infer<typeof initConfigSchema>;

/** What init says on its standard output, one JSON value a line. The keeper passes it on. */
export const initEventSchema = z.discriminatedUnion('type', [
  /** The agent's program was handed to the kernel and its terminal can be attached to. */
  z.strictObject({ type: z.literal('started') }),
  z.strictObject({ type: z.literal('failed'), message: z.string() }),
  /** The agent ended; 128 + n after a signal. With the bound that ended it, if one did. */
  z.strictObject({ type: z.literal('exited'), code: z.number().int(), endedBy: endReasonSchema.optional() }),
]);
export type InitEvent = z.infer<typeof initEventSchema>;

/** Where the backend puts things in the outer namespace, and where init looks for them. */
export const outerPaths = {
  node: '/b/node',
  dist: '/b/dist',
  /** Holds `bottle.sock` while the bottle runs and `scrollback` once the agent ended. */
  run: '/b/run',
  sockets: '/b/sockets',
  lower: '/b/lower',
  /** Parent of overlay upper and work. */
  scratch: '/b/scratch',
  /** The workspace as the agent sees it: mount point of the overlay, or the copy. */
  workspace: '/b/workspace',
  mounts: '/b/mounts',
  home: '/b/home',
  tmp: '/b/tmp',
  /** Files that init makes for the guest, outside the agent's limits. */
  made: '/b/made',
} as const;
