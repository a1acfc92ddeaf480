import { BottleError, toBottleError } from '../core/errors.ts';
import { parseCommandLine } from './arguments.ts';
import { commands } from './commands/table.ts';
import { openProduct, shippedVersion } from './compose.ts';
import { statusOfError, exitStatus } from './exitStatus.ts';
import { helpText } from './help.ts';
import type { Io } from './io.ts';
import { createOutput } from './output.ts';

/** Runs one command line to its exit status. `dist` is the folder of the shipped bundles. Never throws. */
export async function runCommandLine(argv: readonly string[], io: Io, dist: string): Promise<number> {
  // Known before the rest is understood, so that a usage error is JSON too.
  const fence = argv.indexOf('--');
  const out = createOutput(io, argv.slice(0, fence < 0 ? undefined : fence).includes('--json'));
  try {
    const asked = parseCommandLine(argv.filter((word, index) => word !== '--json' || index > 0), commands);
    if (asked.kind === 'help') {
      out.result({ help: helpText(commands, asked.command) }, helpText(commands, asked.command));
      return exitStatus.done;
    }
    if (asked.kind === 'version') {
      const version = await shippedVersion(dist);
      out.result({ version }, version);
      return exitStatus.done;
    }
    return await asked.command.run({ io, out, ...(await openProduct(io, dist)) }, asked.args);
  } catch (thrown) {
    const error = thrown instanceof BottleError ? thrown : toBottleError(thrown);
    out.error(error);
    return statusOfError[error.code];
  }
}
