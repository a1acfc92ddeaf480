import { parseArgs } from 'node:util';
import { startControlServer } from '../runtime/controlServer.ts';
import { LineLog } from '../runtime/lineLog.ts';
import { controlHandler } from './control.ts';
import { resolveWithSystem } from './dial.ts';
import { Proxy } from './proxy.ts';

/**
 * `node egress.js --socket PATH --control PATH --log PATH [--exit-on-stdin-end]`. Listens at once, refuses everything
 * until the host configures it, prints `ready` when both sockets accept.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      socket: { type: 'string' },
      control: { type: 'string' },
      log: { type: 'string' },
      'exit-on-stdin-end': { type: 'boolean', default: false },
    },
  });
  if (values.socket === undefined || values.control === undefined || values.log === undefined) {
    throw new Error('usage: egress --socket PATH --control PATH --log PATH [--exit-on-stdin-end]');
  }
  const log = new LineLog(values.log);
  const proxy = new Proxy(log, resolveWithSystem);
  await proxy.listen(values.socket);
  const stop = (): void => {
    control.close();
    void proxy.close().finally(() => process.exit(0));
  };
  const control = await startControlServer(values.control, controlHandler(proxy, log, stop));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  if (values['exit-on-stdin-end']) {
    process.stdin.once('end', stop).once('error', stop);
    process.stdin.resume();
  }
  process.stdout.on('error', () => undefined);
  process.stdout.write('ready\n');
}

// One broken exchange must not end the others; each fails closed on its own.
const report = (error: unknown): void => {
  process.stderr.write(`egress: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
};
process.on('uncaughtException', report);
process.on('unhandledRejection', report);

main().catch((error: unknown) => {
  report(error);
  process.exit(70);
});
