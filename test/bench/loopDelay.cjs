// Preloaded into a process: writes its longest event-loop stall, in milliseconds, to $LOOP_DELAY_FILE when it ends.
const { writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

const delay = monitorEventLoopDelay({ resolution: 1 });
// What a process does while it loads is not what is asked for.
setTimeout(() => delay.enable(), 200).unref();
process.on('exit', () => writeFileSync(process.env.LOOP_DELAY_FILE, String(delay.max / 1e6)));
