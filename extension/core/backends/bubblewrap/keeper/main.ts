import { createInterface } from 'node:readline';
import { keeperConfigSchema, keepWord } from './config.ts';
import { Keeper } from './keeper.ts';

/**
 * The process that a bottle belongs to. It is started detached, outlives editor and terminal, owns the sidecar and the
 * outer namespace, and takes both with it however it ends.
 */
const input = createInterface({ input: process.stdin });
// The starter hangs up when it is satisfied; its pipe is no reason to die.
process.stdout.on('error', () => undefined);

input.once('line', (line) => {
  const keeper = new Keeper(keeperConfigSchema.parse(JSON.parse(line)), (event) => {
    if (process.stdout.writable) process.stdout.write(`${JSON.stringify(event)}\n`);
  });
  let kept = false;
  input.on('line', (word) => (kept ||= word === keepWord));
  input.once('close', () => {
    if (!kept) keeper.stop();
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => keeper.stop());
  keeper.run().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`keeper: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(70);
    },
  );
});
