import * as z from 'zod';
import { incidentSchema } from './incident.ts';

export const backendNames = ['docker', 'bubblewrap', 'fake'] as const;
export const backendNameSchema = z.enum(backendNames);
export type BackendName = z.infer<typeof backendNameSchema>;

export const colors = ['red', 'green', 'yellow', 'blue', 'magenta'] as const;
export const colorSchema = z.enum(colors);
export type Color = z.infer<typeof colorSchema>;

export const workspaceModes = ['overlay', 'copy'] as const;
export const workspaceModeSchema = z.enum(workspaceModes);
export type WorkspaceMode = z.infer<typeof workspaceModeSchema>;

/** `starting` and `stopping` are transient; `exited` keeps its changes for review. */
export const bottleStateSchema = z.enum(['starting', 'running', 'exited', 'stopping']);
export type BottleState = z.infer<typeof bottleStateSchema>;

/** The bound of `resources` that ended an agent, by its key. */
export const endReasonSchema = z.enum(['session_time', 'idle_time', 'disk']);
export type EndReason = z.infer<typeof endReasonSchema>;

/** `state/<slug>/metadata.json`. Everything a later process needs to find, show and remove a bottle; no secret. */
export const metadataSchema = z.object({
  version: z.literal(1),
  slug: z.string(),
  agent: z.string(),
  bottle: z.string(),
  provider: z.string(),
  backend: backendNameSchema,
  label: z.string(),
  color: colorSchema.nullable(),
  /** RFC 3339, UTC. */
  startedAt: z.string(),
  state: bottleStateSchema,
  /** The agent's exit status once it ended. */
  exitCode: z.number().int().nullable(),
  /** Set once a bound of the bottle ended the agent. */
  endedBy: endReasonSchema.optional(),
  workspace: z.object({
    mode: workspaceModeSchema,
    host: z.string(),
    guest: z.string(),
    /** Git-ignored, secret-looking files that the bottle does not see. */
    hidden: z.array(z.string()),
  }),
  /** uid and gid of the agent outside its namespace. */
  owner: z.object({ uid: z.number().int(), gid: z.number().int() }),
  /** Where overlay upper, copy and home live: `state/<slug>/scratch`, elsewhere when root runs us. */
  scratch: z.string(),
  /** What the backend needs to find it again (container ids, keeper pid and start time): its own business. */
  handle: z.record(z.string(), z.unknown()),
});
export type BottleMetadata = z.infer<typeof metadataSchema>;

/** `bot-bottle list active --json` and the Bottles view. */
export const bottleSummarySchema = z.object({
  slug: z.string(),
  agent: z.string(),
  backend: backendNameSchema,
  state: bottleStateSchema,
  startedAt: z.string(),
  label: z.string(),
  color: colorSchema.nullable(),
  workspace: z.object({ mode: workspaceModeSchema, host: z.string(), guest: z.string() }),
  services: z.array(z.string()),
  pendingProposals: z.number().int(),
  /** Requests the proxy refused so far. */
  blocked: z.number().int(),
  /** Set once a bound of the bottle ended the agent. */
  endedBy: endReasonSchema.optional(),
  /** Set once a canary was on its way out: the bottle's egress is closed for good. */
  incident: incidentSchema.optional(),
});
export type BottleSummary = z.infer<typeof bottleSummarySchema>;

/** `start --dry-run --json`: what a start would do. Names of secrets, never values. */
export const planSchema = z.object({
  agent: z.string(),
  bottle: z.string(),
  provider: z.string(),
  backend: backendNameSchema,
  image: z.string().nullable(),
  label: z.string(),
  color: colorSchema.nullable(),
  workspace: z.object({
    mode: workspaceModeSchema,
    host: z.string(),
    guest: z.string(),
    /** Why this mode and not the other. */
    reason: z.string(),
    hidden: z.array(z.string()),
  }),
  /** `forwarded`: values looked up at the start; `asked`: those of them that a person is asked for, unless the host has them. */
  env: z.object({ literals: z.array(z.string()), forwarded: z.array(z.string()), asked: z.array(z.string()) }),
  skills: z.array(z.string()),
  git: z.object({
    identity: z.object({ name: z.string().nullable(), email: z.string().nullable() }),
    remotes: z.array(z.string()),
  }),
  egress: z.object({ routes: z.array(z.object({ host: z.string(), credential: z.string().nullable() })), log: z.number().int() }),
  supervise: z.boolean(),
  owner: z.object({ uid: z.number().int(), gid: z.number().int() }),
  limits: z.record(z.string(), z.number()),
  consent: z.object({ required: z.boolean(), reasons: z.array(z.string()) }),
});
export type Plan = z.infer<typeof planSchema>;

export const doctorCheckSchema = z.object({
  id: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** What to do about it; empty when ok. */
  fix: z.string(),
  /** Of a client tried in a bottle; one that is not installed is no fault. */
  status: z.enum(['pass', 'fail', 'missing']).optional(),
});
export type DoctorCheck = z.infer<typeof doctorCheckSchema>;
export const doctorSchema = z.object({ ok: z.boolean(), checks: z.array(doctorCheckSchema) });
export type DoctorReport = z.infer<typeof doctorSchema>;
