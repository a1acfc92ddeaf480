import type { LogEnd, LogEntry } from '../../core/egress/logReader.ts';
import { BottleError, toBottleError } from '../../core/errors.ts';
import type { Command, Context } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { drained } from '../pour.ts';
import { logLineText } from '../text/logLine.ts';

export const log: Command = {
  name: 'log',
  usage: 'SLUG [--follow]',
  summary: 'The egress log: every verdict on what the agent asked for. --follow waits for more until the bottle ends. --json prints it as JSON lines.',
  options: { follow: { type: 'boolean', short: 'f' } },
  words: [1, 1],
  takesRest: false,
  run: async (context, args) => {
    const { io, core, bottles } = context;
    const slug = args.words[0] ?? '';
    await bottles.metadata(slug);
    const path = bottles.logFile(slug);
    const person = new AbortController();
    const undo = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => io.on(signal, () => person.abort()));
    try {
      const offset = args.flag('follow') ? await follow(context, slug, path, person.signal) : 0;
      // All of it; or what was written while the bottle ended.
      await print(context, core.readLog(path, offset, { signal: person.signal }));
    } finally {
      for (const step of undo) step();
    }
    return exitStatus.done;
  },
};

/** Prints the log as it grows, until the person breaks off or the bottle ends. Returns how far it came, in bytes. */
async function follow(context: Context, slug: string, path: string, person: AbortSignal): Promise<number> {
  const over = new AbortController();
  const found: { broken?: BottleError } = {};
  void untilItEnds(context, slug)
    .catch((thrown: unknown) => void (found.broken = toBottleError(thrown)))
    .finally(() => over.abort());
  const { offset } = await print(context, context.core.readLog(path, 0, { follow: true, signal: AbortSignal.any([person, over.signal]) }));
  if (found.broken !== undefined) throw found.broken;
  return offset;
}

async function untilItEnds({ bottles }: Context, slug: string): Promise<void> {
  try {
    const bottle = await bottles.running(slug);
    await bottle.exited;
  } catch (thrown) {
    if (!(thrown instanceof BottleError && thrown.code === 'not-found')) throw thrown;
  }
}

async function print({ io, out }: Context, entries: AsyncGenerator<LogEntry, LogEnd, undefined>): Promise<LogEnd> {
  let told = 0;
  for (;;) {
    const { done, value } = await entries.next();
    if (value.missed > told) out.say(`${Math.ceil((value.missed - told) / 1024)} KiB of the log are not kept any more.`);
    told = value.missed;
    if (done === true) {
      if (value.skipped > 0) out.say(`${value.skipped} ${value.skipped === 1 ? 'line of the log is' : 'lines of the log are'} damaged and left out.`);
      return value;
    }
    const text = out.json ? JSON.stringify(value.line) : logLineText(value.line);
    if (!io.stdout.write(`${text}\n`)) await drained(io.stdout);
  }
}
