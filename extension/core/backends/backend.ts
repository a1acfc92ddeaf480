import type { Duplex, Readable, Writable } from 'node:stream';
import type { BackendName, BottleMetadata, DoctorCheck, WorkspaceMode } from '../../../schemas/protocol/bottle.ts';
import type { SidecarConfig } from '../../../schemas/protocol/control.ts';
import type { Progress } from '../ports.ts';

/** Who the agent is outside its namespace: an ordinary uid and gid, never 0. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Terminal size in character cells. */
export interface TtySize {
  readonly cols: number;
  readonly rows: number;
}

/** Upper bounds the backend must enforce, or refuse to start (`backend-cannot`). */
export interface Limits {
  readonly pids: number;
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Size of `/tmp`, `/run` and the home tmpfs together-per-mount, in bytes. */
  readonly tmpBytes: number;
  /** Largest single file the agent may write, in bytes. */
  readonly fileBytes: number;
  /** From start to end of the agent, in milliseconds. */
  readonly sessionMs?: number;
  /** How long the agent may neither print nor be typed to, in milliseconds. */
  readonly idleMs?: number;
  /** What the agent may add to its workspace, in bytes. Held by measuring it in intervals: one of them may overshoot. */
  readonly diskBytes?: number;
}

/** A file written into the guest before the agent starts. Everything under `guestHome` belongs to the agent. */
export interface GuestFile {
  /** Absolute path in the guest, under `guestHome`. */
  readonly path: string;
  /** Permission bits, e.g. 0o600. */
  readonly mode: number;
  readonly content: string | Uint8Array;
}

/** A host folder or file shown read-only in the guest (bubblewrap: the agent's CLI). */
export interface ReadOnlyMount {
  readonly host: string;
  readonly guest: string;
}

/** Folders of the workspace on the host, prepared by `core/workspace` before the backend starts. */
export type PreparedWorkspace =
  /** `lower` is the host folder; `upper` and `work` are empty folders owned by the agent on one file system. */
  | { readonly mode: 'overlay'; readonly lower: string; readonly upper: string; readonly work: string }
  /** `dir` holds a copy owned by the agent. A remote engine takes it from there and hands it back (`pullWorkspace`). */
  | { readonly mode: 'copy'; readonly lower: string; readonly dir: string };

/** An image to run: built from `context` when its tag is absent. The tag names the content, so it never goes stale. */
export interface ImageRequest {
  /** `claude`, `shell`, `sidecar`: folder under `provider-images/`. */
  readonly name: string;
}

/** Everything a backend needs to start one bottle. Data only; made by `bottle/plan`. */
export interface BottleSpec {
  readonly slug: string;
  readonly owner: Owner;
  /** Program and arguments of the agent, as seen in the guest. */
  readonly argv: readonly string[];
  /** The agent's whole environment, proxies and CA variables included. No secret. */
  readonly env: Readonly<Record<string, string>>;
  /** `/home/agent`. */
  readonly guestHome: string;
  /** `/workspace`: also the working directory. */
  readonly guestWorkspace: string;
  readonly files: readonly GuestFile[];
  /** PEM for the guest's system trust store. */
  readonly caCertPem: string;
  readonly workspace: PreparedWorkspace;
  /** Workspace-relative files masked by an empty read-only one. */
  readonly hidden: readonly string[];
  readonly image: ImageRequest;
  readonly mounts: readonly ReadOnlyMount[];
  readonly limits: Limits;
  readonly sidecar: SidecarConfig;
  readonly size: TtySize;
  /** `state/<slug>`, 0700, exists. */
  readonly stateDir: string;
  /** Where scratch data of this bottle lives; see metadata. */
  readonly scratchDir: string;
}

/** One attached view of the agent's terminal. Several may exist; closing one detaches only. */
export interface TtySession {
  /** Raw terminal bytes, starting with what is still in the scrollback buffer. Ends when the agent ends. */
  readonly output: Readable;
  /** Keystrokes. */
  readonly input: Writable;
  resize(size: TtySize): Promise<void>;
  /** The agent's exit code (128+n for a signal); resolves `null` when this session was detached before the end. */
  readonly exited: Promise<number | null>;
  detach(): void;
}

export interface ExecRequest {
  readonly argv: readonly string[];
  /** With a size the command gets a terminal; without, three pipes. */
  readonly tty?: TtySize;
}

/** A command beside the agent, behind the same fence. Destroying the streams or `kill()` ends its processes. */
export interface ExecSession {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Empty when a terminal was asked for. */
  readonly stderr: Readable;
  resize(size: TtySize): Promise<void>;
  readonly exited: Promise<number>;
  kill(): void;
}

/** A bottle that runs, found by `start` or `adopt`. Holds connections, not the bottle: dropping it stops nothing. */
export interface RunningBottle {
  readonly slug: string;
  /** What `adopt` needs later; goes to metadata.handle. */
  readonly handle: Record<string, unknown>;
  attach(size: TtySize): Promise<TtySession>;
  exec(request: ExecRequest): Promise<ExecSession>;
  /** A stream to the sidecar's control socket; the caller speaks WebSocket over it. */
  control(): Promise<Duplex>;
  /**
   * Names in each workspace-relative folder of the merged view, so that the reader of an overlay can tell a replaced
   * folder from a merged one. Folders that do not exist are left out. Copy mode: never called.
   */
  mergedNames(folders: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Brings a remote copy back into `PreparedWorkspace.dir`; a no-op where the folder is shared. */
  pullWorkspace(signal: AbortSignal): Promise<void>;
  /** The agent's exit code, once it ended; from then on only `stop` and `pullWorkspace` work. Asking may hold a connection. */
  readonly exited: Promise<number>;
  /** The exit code of an agent that had ended when this view of it was made; undefined for one that still ran. */
  readonly ended: number | undefined;
  /** Ends every process and removes every object of this bottle except state and scratch folders. Idempotent. */
  stop(): Promise<void>;
}

/** What `sweep` removed, in words for the log. */
export interface SweepReport {
  readonly removed: readonly string[];
}

/** A way to run bottles. One contract suite (`test/contract/backend.test.ts`) describes it for all. */
export interface Backend {
  readonly name: BackendName;
  /** Bounds beyond processes, memory and processors that this backend enforces against the agent's will. */
  readonly holds: ReadonlySet<'diskBytes' | 'sessionMs' | 'idleMs'>;
  /** Truth about this machine, without side effects. The backend can start bottles when every check is ok. */
  probe(signal: AbortSignal): Promise<readonly DoctorCheck[]>;
  /** Overlay or copy for this folder and owner, and why. */
  workspaceMode(host: string, owner: Owner, signal: AbortSignal): Promise<{ readonly mode: WorkspaceMode; readonly reason: string }>;
  /** Starts the bottle and returns when the agent's terminal is there. On failure or abort nothing is left. */
  start(spec: BottleSpec, progress: Progress, signal: AbortSignal): Promise<RunningBottle>;
  /** Finds a bottle that this backend started, alive or ended; undefined when nothing of it exists any more. */
  adopt(metadata: BottleMetadata, signal: AbortSignal): Promise<RunningBottle | undefined>;
  /**
   * Removes what is left of bottles that are not whole any more (sidecar or keeper died, start was cut) and objects
   * labelled ours whose state folder is gone. `stateRoot` names whose: bottles of another home are not touched.
   * `keep` holds the slugs being started or alive by the caller's own knowledge.
   */
  sweep(stateRoot: string, keep: ReadonlySet<string>, signal: AbortSignal): Promise<SweepReport>;
}
