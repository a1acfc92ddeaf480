import { commands, l10n } from 'vscode';
import type { BottleStore } from '../bottles/store.ts';
import { commandIds } from '../ids.ts';
import { incidentKey, incidentSentence, untold } from './incidentText.ts';
import type { ClosedBottle } from './incidentText.ts';
import { notify } from '../notify.ts';

/** Tells the person of each incident once a window, without standing in the way: the bottle is closed already. */
export class IncidentWarnings {
  readonly #told = new Set<string>();
  readonly #listening: { dispose(): unknown };

  constructor(store: BottleStore) {
    this.#listening = store.onDidChange(() => {
      for (const bottle of untold(store.bottles, this.#told)) {
        this.#told.add(incidentKey(bottle));
        void tell(bottle);
      }
    });
  }

  dispose(): void {
    this.#listening.dispose();
  }
}

async function tell(bottle: ClosedBottle): Promise<void> {
  const [show, stop] = [l10n.t('Show Egress Log'), l10n.t('Stop')];
  const chosen = await notify.warning(incidentSentence(bottle, l10n.t), show, stop);
  if (chosen === show) await commands.executeCommand(commandIds.showEgressLog, bottle.slug);
  if (chosen === stop) await commands.executeCommand(commandIds.stop, bottle.slug);
}
