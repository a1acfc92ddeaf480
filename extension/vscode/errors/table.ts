import type { BottleErrorCode } from '../../core/errors.ts';
import { commandIds } from '../ids.ts';

/** A button under an error: its title, the editor command it runs, and the arguments of that. */
export interface ErrorButton {
  readonly title: string;
  readonly command: string;
  readonly args: readonly unknown[];
}

const buttons = {
  createStarter: { title: 'Create Starter Bottle', command: commandIds.createStarter, args: [] },
  doctor: { title: 'Doctor', command: commandIds.doctor, args: [] },
  manageTrust: { title: 'Manage Workspace Trust', command: 'workbench.trust.manage', args: [] },
  openFolder: { title: 'Open Folder', command: 'vscode.openFolder', args: [] },
  openManifest: { title: 'Open Manifest', command: commandIds.openManifest, args: [] },
  openSettings: { title: 'Open Settings', command: 'workbench.action.openSettings', args: ['botBottle'] },
  refresh: { title: 'Refresh', command: commandIds.refresh, args: [] },
  reviewChanges: { title: 'Review Changes', command: commandIds.reviewChanges, args: [] },
  showLog: { title: 'Show Log', command: commandIds.showLog, args: [] },
  storeCredential: { title: 'Store Credential', command: commandIds.storeCredential, args: [] },
} as const satisfies Record<string, ErrorButton>;

/** How an error is shown. `summary` says what it means for the person; `{0}` is the sentence of the core. */
export interface ErrorPresentation {
  readonly summary: string;
  readonly severity: 'error' | 'warning' | 'silent';
  readonly buttons: readonly ErrorButton[];
}

/** One row for every way the core can fail. */
export const errorTable: Readonly<Record<BottleErrorCode, ErrorPresentation>> = {
  usage: { summary: '{0}', severity: 'error', buttons: [] },
  'manifest-invalid': { summary: 'A manifest has a mistake: {0}', severity: 'error', buttons: [buttons.openManifest] },
  'manifest-missing': { summary: 'A manifest is missing: {0}', severity: 'error', buttons: [buttons.createStarter, buttons.openManifest] },
  'routes-invalid': { summary: 'The routes have a mistake: {0}', severity: 'error', buttons: [buttons.openManifest] },
  'backend-unavailable': { summary: '{0}', severity: 'error', buttons: [buttons.doctor, buttons.openSettings] },
  'backend-cannot': { summary: 'This backend cannot do what the bottle needs: {0}', severity: 'error', buttons: [buttons.doctor, buttons.openSettings] },
  'backend-failed': { summary: 'The bottle failed: {0}', severity: 'error', buttons: [buttons.showLog, buttons.doctor] },
  'image-failed': { summary: 'The image could not be built: {0}', severity: 'error', buttons: [buttons.showLog, buttons.doctor] },
  'credential-missing': { summary: '{0}', severity: 'error', buttons: [buttons.storeCredential] },
  'tool-missing': { summary: 'A program is missing: {0}', severity: 'error', buttons: [buttons.doctor, buttons.showLog] },
  'workspace-untrusted': { summary: '{0}', severity: 'warning', buttons: [buttons.manageTrust] },
  'workspace-invalid': { summary: 'This folder cannot be used: {0}', severity: 'error', buttons: [buttons.openFolder] },
  refused: { summary: 'Refused: {0}', severity: 'warning', buttons: [] },
  cancelled: { summary: '{0}', severity: 'silent', buttons: [] },
  conflict: { summary: 'Not overwritten: {0}', severity: 'warning', buttons: [buttons.reviewChanges] },
  'not-found': { summary: '{0}', severity: 'warning', buttons: [buttons.refresh] },
  busy: { summary: 'Try again: {0}', severity: 'warning', buttons: [buttons.refresh] },
  internal: { summary: 'Bot Bottle hit a mistake of its own: {0}', severity: 'error', buttons: [buttons.showLog] },
};
