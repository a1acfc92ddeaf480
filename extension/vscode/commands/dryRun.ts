import { l10n } from 'vscode';
import type { App, Command } from '../app.ts';
import { chooseAgent, meantAgent } from '../start/meantAgent.ts';
import { preflightText } from '../start/preflightText.ts';

/** Makes the plan of a start and shows it as a document. Nothing is started and nothing is left behind. */
export function dryRunCommand(app: Pick<App, 'load' | 'manifests'>): Command {
  return async (argument) => {
    const chosen = await chooseAgent(app, meantAgent(argument));
    if (chosen === undefined) return;
    const { bottles } = await app.load();
    const { shown } = await bottles.plan(chosen, new AbortController().signal);
    await app.manifests.documents.openPlan(chosen.agent, preflightText(shown, l10n.t));
  };
}
