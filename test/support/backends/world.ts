import type { Backend, Owner, RunningBottle } from '../../../extension/core/backends/backend.ts';
import type { WorkspaceMode } from '../../../schemas/protocol/bottle.ts';

/** A backend with what a test needs to know about where it runs. Made and closed by each contract test file. */
export interface BackendWorld {
  readonly backend: Backend;
  /** False for a backend without any fence: tests of the fence are left out. */
  readonly isolates: boolean;
  /** Workspace modes this machine gives; each is tested. */
  readonly modes: readonly WorkspaceMode[];
  /** Who the agent is. */
  readonly owner: Owner;
  /** A folder that the owner can walk into; state, scratch and workspaces are made in it. */
  readonly folder: string;
  /** Kills without warning what holds this bottle on the host (keeper, sidecar container), as a crash would. */
  crash(bottle: RunningBottle): Promise<void>;
  /** In words, every process, mount, container, volume or run folder of this bottle that exists right now. */
  leftovers(slug: string): Promise<readonly string[]>;
  close(): Promise<void>;
}
