import type { BottleSpec } from '../../backend.ts';
import type { HostFolders } from '../bottle/hostSide.ts';
import type { Identity } from '../bottle/objects.ts';

/** What the container descriptions of one bottle are made from. */
export interface ContainerContext {
  readonly spec: BottleSpec;
  readonly identity: Identity;
  /** Image tags, present at the engine. */
  readonly images: { readonly sidecar: string; readonly agent: string };
  /** Folders of this machine that the engine mounts; null for an engine elsewhere, which has volumes instead. */
  readonly host: HostFolders | null;
  /** uid:gid of bridge and sidecar: never root. */
  readonly sidecarUser: string;
  /** Processors the engine has; it refuses a limit above. */
  readonly engineCpus: number;
  /** Seccomp profile in the engine's JSON form. */
  readonly seccomp: string;
  /** Workspace-relative files that exist and are to be masked. */
  readonly masked: readonly string[];
  /** Lines for the sidecar's hosts file, `name:address`. */
  readonly extraHosts: readonly string[];
}

/** Lower bounds for programs of ours: they handle one agent's traffic. */
export const ownLimits = { Memory: 512 * 1024 * 1024, MemorySwap: 512 * 1024 * 1024, PidsLimit: 128 } as const;

/** Keeps about two megabytes, byte for byte: json-file would replace bytes that are not UTF-8. */
export const scrollbackLog = { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2', compress: 'false' } } as const;

/** The last words of a program of ours, for error messages. */
export const shortLog = { Type: 'local', Config: { 'max-size': '256k', 'max-file': '1', compress: 'false' } } as const;
