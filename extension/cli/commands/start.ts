import { resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import type { RunningBottle } from '../../core/backends/backend.ts';
import type { StartPlan, StartRequest } from '../../core/bottle/bottles.ts';
import { BottleError } from '../../core/errors.ts';
import { colors } from '../../../schemas/protocol/bottle.ts';
import { sizeOf } from '../attach/session.ts';
import { joinBottle } from '../attach/join.ts';
import { oneOf, realBackends } from '../choice.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { isInteractive } from '../io.ts';
import { freeLabel } from '../label.ts';
import { createProgressLine } from '../progressLine.ts';
import { askLine, askYes } from '../question.ts';
import { consentText } from '../text/consent.ts';
import { planText } from '../text/plan.ts';

export const start: Command = {
  name: 'start',
  usage: '[AGENT] [--workspace DIR] [--backend B] [--label L] [--color C] [--prompt T | --prompt-file F] [--headless] [--detach] [--yes] [--dry-run]',
  summary: 'Plan, show the plan, start the agent in a bottle and attach to it.',
  options: {
    workspace: { type: 'string' },
    backend: { type: 'string' },
    label: { type: 'string' },
    color: { type: 'string' },
    prompt: { type: 'string' },
    'prompt-file': { type: 'string' },
    headless: { type: 'boolean' },
    detach: { type: 'boolean' },
    yes: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
  words: [0, 1],
  takesRest: false,
  run: async (context, args) => {
    const { io, out, bottles } = context;
    const abort = new AbortController();
    const undo = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => io.on(signal, () => abort.abort()));
    const progress = createProgressLine(io, out.json);
    let bottle: RunningBottle;
    try {
      const plan = await bottles.plan(await requestOf(context, args), abort.signal);
      if (args.flag('dry-run') || io.env['BOT_BOTTLE_DRY_RUN'] === '1') {
        out.result(plan.shown, [planText(plan.shown), ...(plan.review === null ? [] : ['', consentText(plan.review)])].join('\n'));
        return exitStatus.done;
      }
      await agree(context, plan, args.flag('yes'));
      await bottles.approve(plan);
      bottle = await bottles.start(plan, progress, abort.signal);
    } finally {
      progress.clear();
      for (const step of undo) step();
    }
    if (!args.flag('detach')) return joinBottle(context, bottle);
    const summary = (await bottles.list()).find((one) => one.slug === bottle.slug);
    out.result(summary ?? { slug: bottle.slug }, bottle.slug);
    return exitStatus.done;
  },
};

async function requestOf(context: Context, args: Arguments): Promise<StartRequest> {
  const { io } = context;
  const workspace = resolve(io.cwd, args.text('workspace') ?? '.');
  const backend = oneOf('--backend', args.text('backend'), realBackends);
  const color = oneOf('--color', args.text('color'), colors);
  const label = await freeLabel(context, args.text('label'));
  const prompt = await promptOf(io.cwd, args);
  const headless = args.flag('headless');
  if (headless && prompt === undefined) throw new BottleError('usage', 'A headless start needs something to do.', { hint: 'Give it --prompt TEXT or --prompt-file FILE.' });
  return {
    agent: args.words[0] ?? (await pickAgent(context, workspace)),
    workspace,
    headless,
    size: sizeOf(io.stdout),
    ...(backend === undefined ? {} : { backend }),
    ...(label === undefined ? {} : { label }),
    ...(color === undefined ? {} : { color }),
    ...(prompt === undefined ? {} : { prompt }),
  };
}

async function promptOf(cwd: string, args: Arguments): Promise<string | undefined> {
  const text = args.text('prompt');
  const file = args.text('prompt-file');
  if (file === undefined) return text;
  if (text !== undefined) throw new BottleError('usage', 'Only one of --prompt and --prompt-file can be given.');
  return readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    throw new BottleError('usage', `The prompt file ${file} cannot be read.`, { cause });
  });
}

async function pickAgent({ io, bottles }: Context, workspace: string): Promise<string> {
  const names = (await bottles.agents(workspace)).map((agent) => agent.name);
  const only = names.length === 0 ? 'No agent is defined yet.' : `Agents: ${names.join(', ')}.`;
  if (names.length === 0 || !isInteractive(io)) throw new BottleError('usage', 'Which agent?', { hint: `${only} Name it: bot-bottle start AGENT.` });
  io.stderr.write(`${names.map((name, index) => `${String(index + 1).padStart(3)}  ${name}`).join('\n')}\n`);
  const answer = (await askLine(io, 'Agent (name or number): ')).trim();
  return names[Number(answer) - 1] ?? answer;
}

/** The person sees the plan and agrees, here or beforehand by `--yes`. */
async function agree({ io, out }: Context, plan: StartPlan, agreed: boolean): Promise<void> {
  if (agreed) {
    for (const reason of plan.shown.consent.reasons) out.say(reason);
    return;
  }
  if (!isInteractive(io)) {
    throw new BottleError('usage', 'A start needs your agreement to the plan, and there is no terminal to ask on.', {
      hint: 'Look at it with --dry-run, then agree with --yes.',
    });
  }
  io.stderr.write(`${planText(plan.shown)}\n`);
  if (plan.review !== null) io.stderr.write(`\n${consentText(plan.review)}\n`);
  const question = plan.review === null ? 'Start this bottle?' : 'Do you agree to this agent of the workspace, and start it?';
  if (!(await askYes(io, question))) throw new BottleError('refused', 'Nothing was started.');
  out.say('');
}
