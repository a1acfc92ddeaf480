import { createInterface } from 'node:readline';
import { type InitEvent, initConfigSchema } from '../../schemas/protocol/bottleInit.ts';
import { runBottle } from './bottle.ts';

/** First program of the outer namespace: reads its configuration from standard input, whose end is its own end. */
const say = (event: InitEvent): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

const fail = (thrown: unknown): void => {
  say({ type: 'failed', message: thrown instanceof Error ? thrown.message : String(thrown) });
  process.exitCode = 70;
  process.stdout.write('', () => process.exit());
};

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const input = createInterface({ input: process.stdin });
// The keeper holds the other end. Without it nobody may go on.
input.once('close', () => process.exit(143));
input.once('line', (line) => {
  const config = initConfigSchema.parse(JSON.parse(line));
  runBottle(config, () => say({ type: 'started' })).then(({ code, endedBy }) => {
    say({ type: 'exited', code, ...(endedBy === undefined ? {} : { endedBy }) });
    process.exitCode = Math.min(code, 255);
    process.stdout.write('', () => process.exit());
  }, fail);
});
