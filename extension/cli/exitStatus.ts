import type { BottleErrorCode } from '../core/errors.ts';

/** Exit statuses of the command line, as documented in the contract; sysexits.h where it has a fitting number. */
export const exitStatus = {
  done: 0,
  failed: 1,
  usage: 64,
  dataError: 65,
  unavailable: 69,
  internal: 70,
  tryAgain: 75,
  refused: 77,
} as const;

/** The exit status of each way to fail. */
export const statusOfError: Readonly<Record<BottleErrorCode, number>> = {
  usage: exitStatus.usage,
  'manifest-invalid': exitStatus.dataError,
  'manifest-missing': exitStatus.dataError,
  'routes-invalid': exitStatus.dataError,
  'backend-unavailable': exitStatus.unavailable,
  'backend-cannot': exitStatus.unavailable,
  'backend-failed': exitStatus.internal,
  'image-failed': exitStatus.unavailable,
  'credential-missing': exitStatus.failed,
  'tool-missing': exitStatus.unavailable,
  'workspace-untrusted': exitStatus.refused,
  'workspace-invalid': exitStatus.usage,
  refused: exitStatus.refused,
  cancelled: exitStatus.refused,
  conflict: exitStatus.failed,
  'not-found': exitStatus.failed,
  busy: exitStatus.tryAgain,
  internal: exitStatus.internal,
};
