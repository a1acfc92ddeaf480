import { exitStatus } from './exitStatus.ts';
import { processIo } from './io.ts';
import { runCommandLine } from './run.ts';

/** Ends the process once everything is said, also into a slow pipe; connections still open do not hold us back. */
function end(status: number): void {
  process.stderr.write('', () => process.exit(status));
}

/** A reader that goes away (`| head`) is no error of ours; what could not be written for another reason (a full disk) is. */
function unwritten(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return end(exitStatus.done);
  process.stderr.write(`bot-bottle: The output could not be written: ${error.message}\n`);
  end(exitStatus.internal);
}

process.stdout.on('error', unwritten);
process.stderr.on('error', () => undefined);

void runCommandLine(process.argv.slice(2), processIo(), __dirname).then((status) => {
  // The last words of a stream that failed bring its error, which ends us.
  process.stdout.write('', () => (process.stdout.errored === null ? end(status) : undefined));
});
