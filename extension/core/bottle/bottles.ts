import type {
  BackendName,
  BottleMetadata,
  BottleSummary,
  Color,
  DoctorReport,
  Plan,
} from '../../../schemas/protocol/bottle.ts';
import type { ChangeSet } from '../../../schemas/protocol/changeSet.ts';
import type { RunningBottle, TtySize } from '../backends/backend.ts';
import type { Progress } from '../ports.ts';
import type { Adoption } from '../trust/adopt.ts';
import type { ConsentReview } from '../trust/consent.ts';
import type { Recommendations } from '../trust/recommendations.ts';
import type { ChangeEntry } from '../workspace/content.ts';

/** An agent that could be started, as the index knows it: by file name only, unread. */
export interface AgentEntry {
  readonly name: string;
  readonly origin: 'home' | 'workspace';
  readonly path: string;
}

export interface StartRequest {
  readonly agent: string;
  /** Host folder the bottle works on a copy of. */
  readonly workspace: string;
  readonly backend?: BackendName;
  readonly label?: string;
  readonly color?: Color;
  /** First message to the agent, as if typed. */
  readonly prompt?: string;
  /** Non-interactive mode of the provider: ends with its exit code. */
  readonly headless?: boolean;
  readonly size?: TtySize;
}

/** A plan that can be started once. `shown` is all a person or a log may see. */
export interface StartPlan {
  readonly shown: Plan;
  readonly request: StartRequest;
  /** What a person has to agree to before `approve`; null when nobody has to. */
  readonly review: ConsentReview | null;
}

export interface ApplyRequest {
  /** Paths to take; `all` takes everything that is neither in conflict nor risky (unless allowed). */
  readonly paths: readonly string[] | 'all';
  readonly allowRisky: boolean;
  /** SHA-256 by path as the person saw it; a path that moved on since is not applied. */
  readonly seen?: ReadonlyMap<string, string | null>;
}

export interface ApplyResult {
  readonly applied: readonly string[];
  /** What stayed behind and why, one sentence each. */
  readonly left: readonly { readonly path: string; readonly reason: string }[];
}

/** Which version of a changed file: what the bottle started from, what is on the host now, what the agent made. */
export type ChangeSide = 'base' | 'host' | 'bottle';

/** The product without an editor: everything the VS Code extension and the CLI do, they do through this. */
export interface Bottles {
  agents(workspace: string | undefined): Promise<readonly AgentEntry[]>;
  /** What a workspace's `.bot-bottle` folder offers; reads only. */
  recommendations(workspace: string): Promise<Recommendations>;
  /** What an agent in a bottle with this text could do, one line each. Throws `manifest-invalid`. */
  reachOfText(name: string, text: string): Promise<readonly string[]>;
  /** Puts a reviewed bottle into the home folder; throws `conflict` when that is not what was reviewed against. */
  adopt(adoption: Adoption): Promise<string>;
  /** Reads manifests and machine; no side effects. */
  plan(request: StartRequest, signal: AbortSignal): Promise<StartPlan>;
  /** Files that the person agreed to the plan's review; the next plan of the same words and reach asks no more. */
  approve(plan: StartPlan): Promise<void>;
  /** Throws `refused` for a workspace's agent that nobody approved, or that is another by now than the plan says. */
  start(plan: StartPlan, progress: Progress, signal: AbortSignal): Promise<RunningBottle>;
  /** Bottles of this home, newest first: running ones, and ended ones whose changes wait for review. */
  list(): Promise<readonly BottleSummary[]>;
  metadata(slug: string): Promise<BottleMetadata>;
  /** What became of a bottle, once nobody is at ending it any more; undefined when it is gone. */
  settled(slug: string): Promise<BottleMetadata | undefined>;
  /** Throws `not-found` when it does not run. */
  running(slug: string): Promise<RunningBottle>;
  changes(slug: string): Promise<ChangeSet>;
  /** undefined when that side has no such file. Symlinks read as their target text; special files throw `refused`. */
  readChange(slug: string, path: string, side: ChangeSide): Promise<Uint8Array | undefined>;
  /** The same with its kind and executable bit, for what writes it down elsewhere. */
  readChangeEntry(slug: string, path: string, side: ChangeSide): Promise<ChangeEntry>;
  apply(slug: string, request: ApplyRequest): Promise<ApplyResult>;
  discard(slug: string, paths: readonly string[]): Promise<void>;
  /** Absolute path of `egress/log.jsonl`. */
  logFile(slug: string): string;
  /** Ends the bottle. Unreviewed changes stay (state `exited`) unless `discardChanges`. */
  stop(slug: string, options: { readonly keep?: boolean; readonly discardChanges?: boolean }): Promise<void>;
  /** Removes leftovers of ours; returns what it removed. Bottles being started by a live process are left alone. */
  sweep(): Promise<readonly string[]>;
  doctor(request: { readonly backend?: BackendName; readonly slug?: string }): Promise<DoctorReport>;
  /** Which programs get through the proxy of a running bottle, certificate checks on, tried from inside. */
  doctorClients(slug: string): Promise<DoctorReport>;
}
