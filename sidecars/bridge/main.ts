import { startBridge } from './bridge.ts';
import type { BridgedPort } from './bridge.ts';

/** `node bridge.js 9099=/run/bottle/egress.sock ...`; prints `ready` once every port accepts; SIGTERM ends it. */
function bridgedPort(argument: string): BridgedPort {
  const parts = /^([1-9][0-9]{0,4})=(\/.+)$/.exec(argument);
  const port = Number(parts?.[1]);
  const socketPath = parts?.[2];
  if (socketPath === undefined || port > 65535) throw new Error(`expected PORT=/SOCKET, got ${argument}`);
  return { port, socketPath };
}

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

try {
  const ports = process.argv.slice(2).map(bridgedPort);
  if (ports.length === 0) throw new Error('expected at least one PORT=/SOCKET');
  startBridge(ports, stop.signal).then(
    () => process.stdout.write('ready\n'),
    (error: unknown) => fail(error),
  );
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  process.stderr.write(`bridge: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 64;
  stop.abort();
}
