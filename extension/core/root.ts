import { homedir } from 'node:os';
import { join } from 'node:path';
import type { BackendName } from '../../schemas/protocol/bottle.ts';
import type { Backend } from './backends/backend.ts';
import { createBubblewrapBackend } from './backends/bubblewrap/backend.ts';
import { createDockerBackend } from './backends/docker/backend.ts';
import type { Bottles } from './bottle/bottles.ts';
import type { Ask } from './bottle/deps.ts';
import { foldersOf } from './bottle/folders.ts';
import { createBottles as createService } from './bottle/service.ts';
import { type Log, type Runtime, type Secrets, systemClock } from './ports.ts';
import { createClaudeProvider } from './providers/claude/claude.ts';
import { shellProvider } from './providers/shell/shell.ts';

/** What a composition root outside the core has to bring. */
export interface CoreDeps {
  readonly runtime: Runtime;
  /** `$BOT_BOTTLE_HOME`, absolute; `homeFolder` knows the default. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly ask: Ask;
  readonly log: Log;
}

/** `$BOT_BOTTLE_HOME`, or `~/.bot-bottle`. */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const set = env['BOT_BOTTLE_HOME'];
  return set === undefined || set === '' ? join(env['HOME'] ?? homedir(), '.bot-bottle') : set;
}

/** The product with everything it ships: both backends, every provider. */
export function createBottles(deps: CoreDeps): Bottles {
  const self = { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 };
  const folders = foldersOf(deps.home, self, deps.env);
  const backends: readonly Backend[] = [
    createBubblewrapBackend({ runtime: deps.runtime, log: deps.log }),
    createDockerBackend({ runtime: deps.runtime, log: deps.log, env: deps.env }),
  ];
  const providers = [createClaudeProvider({ toolsFolder: folders.tools, extraCa: deps.env['BOT_BOTTLE_EXTRA_CA'] || undefined }), shellProvider];
  return createService({
    folders,
    self,
    env: deps.env,
    secrets: deps.secrets,
    ask: deps.ask,
    log: deps.log,
    clock: systemClock,
    backends: new Map<BackendName, Backend>(backends.map((backend) => [backend.name, backend])),
    providers: new Map(providers.map((provider) => [provider.name, provider])),
  });
}

export { stateFolder } from './bottle/stateFolder.ts';
export { writeAtomic } from './files/atomic.ts';
export { loadAgent } from './manifests/load.ts';
export { readLog } from './egress/logReader.ts';
export { TerminalFilter } from './terminal/filter.ts';
export { parseFromPanel } from '../../schemas/protocol/egressPanel.ts';
