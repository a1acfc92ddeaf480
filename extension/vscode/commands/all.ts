import type { App, Command } from '../app.ts';
import type { CommandName } from '../ids.ts';
import { adoptBottleCommand } from './adoptBottle.ts';
import { adoptDraftCommand } from './adoptDraft.ts';
import { applyAllCommand } from './applyAll.ts';
import { attachCommand } from './attach.ts';
import { applyChangeCommand, discardChangeCommand, openChangeCommand } from './changes.ts';
import { cleanUpCommand } from './cleanUp.ts';
import { createStarterCommand } from './createStarter.ts';
import { doctorCommand } from './doctor.ts';
import { dryRunCommand } from './dryRun.ts';
import { newAgentCommand } from './newAgent.ts';
import { newBottleCommand } from './newBottle.ts';
import { openEgressDocumentCommand } from './openEgressDocument.ts';
import { openManifestCommand } from './openManifest.ts';
import { refreshCommand } from './refresh.ts';
import { reviewChangesCommand } from './reviewChanges.ts';
import { showEgressLogCommand } from './showEgressLog.ts';
import { showEffectiveManifestCommand } from './showEffectiveManifest.ts';
import { showMenuCommand } from './showMenu.ts';
import { startAgentCommand } from './startAgent.ts';
import { stopCommand } from './stop.ts';
import { storeCredentialCommand } from './storeCredential.ts';

/** Every command by name. `showLog` works in Restricted Mode too, because it shows nothing but our own log. */
export function allCommands(app: App): Readonly<Record<CommandName, Command>> {
  return {
    startAgent: startAgentCommand(app),
    attach: attachCommand(app),
    stop: stopCommand(app),
    reviewChanges: reviewChangesCommand(app),
    showEgressLog: showEgressLogCommand(app),
    openEgressDocument: openEgressDocumentCommand(app),
    openManifest: openManifestCommand(app),
    createStarter: createStarterCommand(app),
    newAgent: newAgentCommand(app),
    newBottle: newBottleCommand(app),
    adoptBottle: adoptBottleCommand(app),
    adoptDraft: adoptDraftCommand(app),
    answerConsent: async () => app.consents.answer(),
    storeCredential: storeCredentialCommand(app),
    doctor: doctorCommand(app),
    cleanUp: cleanUpCommand(app),
    applyAll: applyAllCommand(app),
    showLog: async () => app.log.show(true),
    refresh: refreshCommand(app),
    showMenu: showMenuCommand(app),
    openChange: openChangeCommand(app),
    applyChange: applyChangeCommand(app),
    discardChange: discardChangeCommand(app),
    dryRun: dryRunCommand(app),
    showEffectiveManifest: showEffectiveManifestCommand(app),
  };
}
