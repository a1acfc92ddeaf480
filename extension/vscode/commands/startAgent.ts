import { ProgressLocation, l10n, window } from 'vscode';
import type { StartPlan, StartRequest } from '../../core/bottle/bottles.ts';
import { BottleError, toBottleError } from '../../core/errors.ts';
import type { App, Command } from '../app.ts';
import { commandIds } from '../ids.ts';
import { chooseAgent, meantAgent, type MeantAgent } from '../start/meantAgent.ts';
import { stepText } from '../start/progressText.ts';
import { askColor, askLabel } from '../start/questions.ts';
import { confirmPlan } from '../trust/confirm.ts';
import { notify } from '../notify.ts';

type StartApp = Pick<App, 'load' | 'store' | 'terminals' | 'credentials' | 'status' | 'log' | 'consents'>;

/** Asks what to start, shows what it may do, starts it and attaches a terminal. */
export function startAgentCommand(app: StartApp): Command {
  return async (argument) => {
    const request = await ask(app, meantAgent(argument));
    if (request === undefined) return;
    const { bottles } = await app.load();
    const plan = await withCredential(app, () => bottles.plan(request, new AbortController().signal));
    if (!(await confirmPlan(app, plan))) return;
    const slug = await withCredential(app, () => start(app, plan));
    await app.store.refresh();
    const bottle = slug === undefined ? undefined : app.store.find(slug);
    if (bottle !== undefined) await app.terminals.show(bottle);
  };
}

async function ask(app: StartApp, meant: MeantAgent | undefined): Promise<StartRequest | undefined> {
  const chosen = await chooseAgent(app, meant);
  if (chosen === undefined) return undefined;
  const { agent, workspace } = chosen;
  const label = await askLabel(agent, app.store.bottles.map((bottle) => bottle.label));
  if (label === undefined) return undefined;
  const color = await askColor();
  if (color === undefined) return undefined;
  return { agent, workspace, ...(label.trim() === '' ? {} : { label: label.trim() }), ...(color === null ? {} : { color }) };
}

/** Starts with a notification that names the step; its Cancel really cancels. Returns the slug. */
async function start(app: StartApp, plan: StartPlan): Promise<string> {
  const { bottles } = await app.load();
  const title = l10n.t('Starting {0} ([log]({1}))', plan.shown.agent, `command:${commandIds.showLog}`);
  return app.status.during(async () =>
    window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
      const abort = new AbortController();
      const listening = token.onCancellationRequested(() => abort.abort());
      let last = 0;
      let name = '';
      const report = (step: Parameters<typeof stepText>[0]) => {
        const done = step.fraction === undefined ? last : Math.max(last, Math.min(step.fraction, 1));
        progress.report({ message: stepText(step), increment: (done - last) * 100 });
        last = done;
        if (step.name !== name) app.log.info(`start ${plan.shown.agent}: ${step.name}`);
        name = step.name;
      };
      try {
        const bottle = await bottles.start(plan, { report }, abort.signal);
        app.log.info(`started ${bottle.slug}`);
        return bottle.slug;
      } finally {
        listening.dispose();
      }
    }),
  );
}

/** Work that fails for want of a credential offers to store it and is done again. */
async function withCredential<T>(app: StartApp, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = toBottleError(thrown);
    const name = error.actions.find((action) => action.command === commandIds.storeCredential)?.args?.[0];
    if (error.code !== 'credential-missing' || name === undefined) throw thrown;
    const yes = l10n.t('Store Credential');
    const chosen = await notify.error(error.message, yes);
    if (chosen !== yes || (await app.credentials.store(name)) === undefined) throw new BottleError('cancelled', l10n.t('The start was given up.'), { cause: thrown });
    return withCredential(app, work);
  }
}
