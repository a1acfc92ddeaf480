import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { drained } from '../pour.ts';
import { logLineText } from '../text/logLine.ts';

export const log: Command = {
  name: 'log',
  usage: 'SLUG [--follow]',
  summary: 'The egress log: every verdict on what the agent asked for. --json prints it as JSON lines.',
  options: { follow: { type: 'boolean', short: 'f' } },
  words: [1, 1],
  takesRest: false,
  run: async ({ io, out, core, bottles }, args) => {
    const slug = args.words[0] ?? '';
    await bottles.metadata(slug);
    const abort = new AbortController();
    const undo = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => io.on(signal, () => abort.abort()));
    let told = 0;
    try {
      for await (const { line, missed } of core.readLog(bottles.logFile(slug), 0, { follow: args.flag('follow'), signal: abort.signal })) {
        if (missed > told) out.say(`${Math.ceil((missed - told) / 1024)} KiB of the log are not kept any more.`);
        told = missed;
        const text = out.json ? JSON.stringify(line) : logLineText(line);
        if (!io.stdout.write(`${text}\n`)) await drained(io.stdout);
      }
    } finally {
      for (const step of undo) step();
    }
    return exitStatus.done;
  },
};
