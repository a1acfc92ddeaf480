import { processIo } from './io.ts';
import { runCommandLine } from './run.ts';

// A reader that goes away (`| head`) is no error of ours.
process.stdout.on('error', () => process.exit(0));
process.stderr.on('error', () => undefined);

void runCommandLine(process.argv.slice(2), processIo(), __dirname).then((status) => {
  // Everything is said before the end, also into a slow pipe; connections still open do not hold us back.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(status)));
});
