import type { HostConfig } from 'dockerode';
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

/** Keeps about two megabytes, byte for byte: json-file would replace bytes that are not UTF-8. */
export const scrollbackLog = { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2', compress: 'false' } } as const;

/** What holds for each program of ours: no rights, little room for one agent's traffic, and its last words for error messages. */
export const ownProgram = {
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges'],
  ReadonlyRootfs: true,
  Init: true,
  LogConfig: { Type: 'local', Config: { 'max-size': '256k', 'max-file': '1', compress: 'false' } },
  Memory: 512 * 1024 * 1024,
  MemorySwap: 512 * 1024 * 1024,
  PidsLimit: 128,
} satisfies HostConfig;
