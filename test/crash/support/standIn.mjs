// Stands in for an extension host: loads the core as the extension does, starts a bottle, attaches, and stays.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const [dist, workspace, backend, label] = process.argv.slice(2);
const { createBottles } = createRequire(import.meta.url)(join(dist, 'core.js'));
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const bottles = createBottles({
  runtime: { node: process.execPath, nodeEnv: {}, dist, providerImages: join(dirname(dist), 'provider-images') },
  home: process.env.BOT_BOTTLE_HOME,
  env: process.env,
  secrets: { get: async () => undefined },
  ask: { secret: async () => undefined },
  log: quiet,
});
const signal = new AbortController().signal;
const plan = await bottles.plan({ agent: 'probe', workspace, backend, label }, signal);
const bottle = await bottles.start(plan, { report() {} }, signal);
const session = await bottle.attach({ cols: 80, rows: 24 });
session.output.resume();
session.input.write('sleep 100000 & setsid sleep 100001 &\n');
await bottle.exited;
