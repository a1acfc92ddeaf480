/**
 * What the scripted model does next. The script is part of the person's prompt, so it is the same typed into a TUI or
 * given to a headless run: `{{bash:COMMAND}} {{write:PATH:TEXT}} {{wait:MS}} {{say:TEXT}}`. Each tool result that
 * follows the prompt means one more step done; the server itself remembers nothing.
 */
export type Action =
  | { readonly kind: 'say'; readonly text: string; readonly waitMs: number }
  | { readonly kind: 'tool'; readonly name: string; readonly input: Readonly<Record<string, unknown>>; readonly waitMs: number };

/** One entry of a conversation, in neutral form. */
export type Turn = { readonly role: 'user' | 'assistant'; readonly text: string } | { readonly role: 'toolResult'; readonly text: string };

interface Step {
  readonly verb: string;
  readonly argument: string;
  readonly waitMs: number;
}

const stepPattern = /\{\{(bash|write|wait|say):([\s\S]*?)\}\}(?!\})/g;

function stepsOf(prompt: string): Step[] {
  const steps: Step[] = [];
  let waitMs = 0;
  for (const [, verb = '', argument = ''] of prompt.matchAll(stepPattern)) {
    if (verb === 'wait') {
      waitMs += Number(argument);
      continue;
    }
    steps.push({ verb, argument, waitMs });
    waitMs = 0;
  }
  return steps;
}

/** The next action for a conversation, given the names of the tools that are on offer. */
export function nextAction(turns: readonly Turn[], tools: readonly string[]): Action {
  const scripted = turns.findLastIndex((turn) => turn.role === 'user' && stepsOf(turn.text).length > 0);
  const prompt = turns[scripted];
  if (prompt === undefined || tools.length === 0) return { kind: 'say', text: 'There is nothing scripted to do.', waitMs: 0 };
  const done = turns.slice(scripted + 1).filter((turn) => turn.role === 'toolResult').length;
  const step = stepsOf(prompt.text)[done];
  if (step === undefined) return { kind: 'say', text: 'Every scripted step is done.', waitMs: 0 };
  return actionOf(step, tools);
}

function actionOf({ verb, argument, waitMs }: Step, tools: readonly string[]): Action {
  if (verb === 'say') return { kind: 'say', text: argument, waitMs };
  const colon = argument.indexOf(':');
  const [name, input] =
    verb === 'write'
      ? (['Write', { file_path: argument.slice(0, colon), content: argument.slice(colon + 1) }] as const)
      : (['Bash', { command: argument, description: 'Scripted command' }] as const);
  if (!tools.includes(name)) return { kind: 'say', text: `The tool ${name} is not on offer.`, waitMs };
  return { kind: 'tool', name, input, waitMs };
}
